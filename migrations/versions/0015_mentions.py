"""mentions

Whom a post names: a person, a group, or the staff.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mention",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Enum("person", "group", "staff", native_enum=False, length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'person') = (person_id is not null) and (kind = 'group') = (group_id is not null)"
            " and kind in ('person', 'group', 'staff')",
            name=op.f("ck_mention_kind"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{table}.id"], name=op.f(f"fk_mention_{name}_id_{table}")
            )
            for name, table in (
                ("course", "course"),
                ("post", "post"),
                ("person", "person"),
                ("group", "course_group"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("post_id", "person_id", name=op.f("uq_mention_post_id_person_id")),
        sa.UniqueConstraint("post_id", "group_id", name=op.f("uq_mention_post_id_group_id")),
    )
    op.create_index(op.f("ix_mention_person_id"), "mention", ["person_id"])
    op.create_index(op.f("ix_mention_group_id"), "mention", ["group_id"])
    op.create_index(
        "uq_mention_staff", "mention", ["post_id"], unique=True, postgresql_where=sa.text("kind = 'staff'")
    )


def downgrade() -> None:
    op.drop_table("mention")
