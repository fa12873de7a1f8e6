"""audience

Who a contribution is for, as data: a column of conversations and follow-ups, and the people of a pair.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_AUDIENCES = ("course", "group", "gallery", "pair", "owner", "staff")
_KIND = sa.Enum(*_AUDIENCES, native_enum=False, length=32)


def upgrade() -> None:
    for table in ("conversation", "follow_up"):
        op.add_column(table, sa.Column("audience", _KIND, nullable=True))
    op.execute(
        "update conversation set audience = case when group_id is null then 'course' else 'gallery' end"
    )
    op.execute("update follow_up set audience = 'owner'")
    for table in ("conversation", "follow_up"):
        op.alter_column(table, "audience", nullable=False)
    op.create_check_constraint(
        "audience",
        "conversation",
        "audience in ('course', 'group', 'gallery', 'pair', 'owner', 'staff')",
    )
    op.create_check_constraint(
        "group", "conversation", "(audience in ('group', 'gallery')) = (group_id is not null)"
    )
    op.create_check_constraint("audience", "follow_up", "audience = 'owner'")
    op.create_table(
        "audience_person",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_audience_person_conversation_id_conversation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_audience_person_person_id_person")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name=op.f("pk_audience_person")),
    )
    op.create_index(op.f("ix_audience_person_person_id"), "audience_person", ["person_id"])


def downgrade() -> None:
    op.drop_table("audience_person")
    for table in ("conversation", "follow_up"):
        op.drop_column(table, "audience")
