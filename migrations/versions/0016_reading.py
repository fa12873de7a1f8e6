"""reading

What somebody has read of a conversation; tags, pins and closing; the number of a post.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NUMBER_POSTS = """
    UPDATE post SET number = numbered.number FROM (
        SELECT id, row_number() OVER (PARTITION BY conversation_id ORDER BY is_opening DESC, id) - 1 AS number
        FROM post WHERE is_public OR is_opening
    ) AS numbered WHERE numbered.id = post.id
"""


def upgrade() -> None:
    _add_columns()
    op.execute(_NUMBER_POSTS)
    op.create_unique_constraint(op.f("uq_post_conversation_id_number"), "post", ["conversation_id", "number"])
    for place in ("course", "placement"):
        op.create_index(
            f"ix_conversation_{place}_id_kind_id", "conversation", [f"{place}_id", "kind", "id"], unique=False
        )
        op.create_index(
            f"ix_conversation_{place}_unanswered",
            "conversation",
            [
                f"{place}_id",
                "kind",
                sa.literal_column("(reply_count = 0) DESC"),
                sa.literal_column("last_activity_at DESC"),
                sa.literal_column("id DESC"),
            ],
            unique=False,
        )
    _create_tables()


def _add_columns() -> None:
    op.add_column("post", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column(
        "conversation",
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("conversation", sa.Column("pin_slot", sa.SmallInteger(), nullable=True))
    op.add_column("conversation", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("closed_by_id", sa.Uuid(), nullable=True))
    op.add_column(
        "conversation", sa.Column("closed_reason", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.create_foreign_key(
        op.f("fk_conversation_closed_by_id_person"), "conversation", "person", ["closed_by_id"], ["id"]
    )
    op.create_unique_constraint(
        op.f("uq_conversation_placement_id_kind_pin_slot"),
        "conversation",
        ["placement_id", "kind", "pin_slot"],
    )
    for name, condition in (
        ("pin_slot", "pin_slot between 1 and 3"),
        ("tags", "cardinality(tags) <= 5"),
        ("closed", "(closed_at is null) = (closed_by_id is null)"),
    ):
        op.create_check_constraint(op.f(f"ck_conversation_{name}"), "conversation", condition)


def _create_tables() -> None:
    op.create_table(
        "conversation_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "change in ('closed', 'reopened', 'pinned', 'unpinned', 'tagged')",
            name=op.f("ck_conversation_change_change"),
        ),
        *_keys("conversation_change"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_change")),
    )
    op.create_index(
        "ix_conversation_change_conversation_id_id", "conversation_change", ["conversation_id", "id"]
    )
    op.create_table(
        "read_state",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("read_to", sa.Integer(), nullable=False),
        sa.Column("ahead", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("unread", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        *_keys("read_state"),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", name=op.f("pk_read_state")),
    )


def _keys(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_{table}_{name}_id_{name}"))
        for name in ("course", "conversation", "person")
    ]


def downgrade() -> None:
    op.drop_table("read_state")
    op.drop_table("conversation_change")
    for place in ("course", "placement"):
        op.drop_index(f"ix_conversation_{place}_unanswered", table_name="conversation")
        op.drop_index(f"ix_conversation_{place}_id_kind_id", table_name="conversation")
    op.drop_constraint(op.f("uq_post_conversation_id_number"), "post")
    op.drop_column("post", "number")
    for name in ("pin_slot", "tags", "closed"):
        op.drop_constraint(op.f(f"ck_conversation_{name}"), "conversation")
    op.drop_constraint(op.f("uq_conversation_placement_id_kind_pin_slot"), "conversation")
    for name in ("closed_reason", "closed_by_id", "closed_at", "pin_slot", "tags"):
        op.drop_column("conversation", name)
