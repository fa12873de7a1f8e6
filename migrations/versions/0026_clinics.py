"""clinics

Where a case stands, in which of its stages a post was written, and from when stages come by date.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("ideas_at", "taking_at"):
        op.add_column("placement", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_placement_stages"),
        "placement",
        "opens_at < ideas_at and opens_at < taking_at and ideas_at < taking_at"
        " and ideas_at < closes_at and taking_at < closes_at",
    )
    op.add_column("post", sa.Column("stage", sa.String(length=32), nullable=True))
    op.create_check_constraint(op.f("ck_post_stage"), "post", "stage in ('questions', 'ideas', 'taking')")
    op.create_index(
        "uq_post_taking",
        "post",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("stage = 'taking' and state not in ('withdrawn', 'declined')"),
    )
    op.create_table(
        "case_stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.CheckConstraint("stage in ('ideas', 'taking')", name=op.f("ck_case_stage_stage")),
        *[
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_case_stage_{name}_id_{name}")
            )
            for name in ("course", "conversation", "person")
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_stage")),
        sa.UniqueConstraint("conversation_id", "stage", name=op.f("uq_case_stage_conversation_id_stage")),
    )


def downgrade() -> None:
    op.drop_table("case_stage")
    op.drop_index("uq_post_taking", table_name="post")
    op.drop_constraint(op.f("ck_post_stage"), "post", type_="check")
    op.drop_column("post", "stage")
    op.drop_constraint(op.f("ck_placement_stages"), "placement", type_="check")
    op.drop_column("placement", "taking_at")
    op.drop_column("placement", "ideas_at")
