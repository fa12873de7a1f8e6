"""course_copies

What was copied when a course was, test users, and what platforms tell the tool of.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "placement", sa.Column("is_copy", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(op.f("ix_placement_resource_link_id"), "placement", ["resource_link_id"])
    op.add_column(
        "launch", sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_table(
        "course_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Text(), nullable=False),
        _list("origin_context_ids"),
        _deployment("course_copy"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_copy")),
    )
    op.create_index(
        op.f("ix_course_copy_deployment_id_context_id"), "course_copy", ["deployment_id", "context_id"]
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_notice_registration_id_registration")
        ),
        _deployment("notice"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("registration_id", "notice_id", name=op.f("uq_notice_registration_id_notice_id")),
    )
    op.create_table(
        "notice_handler",
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("service_url", sa.Text(), nullable=False),
        sa.Column("handler_url", sa.Text(), nullable=False),
        _list("types"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        _deployment("notice_handler"),
        sa.PrimaryKeyConstraint("deployment_id", name=op.f("pk_notice_handler")),
    )


def _list(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)


def _deployment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["deployment_id"], ["deployment.id"], name=op.f(f"fk_{table}_deployment_id_deployment")
    )


def downgrade() -> None:
    op.drop_table("notice_handler")
    op.drop_table("notice")
    op.drop_table("course_copy")
    op.drop_column("launch", "is_test")
    op.drop_index(op.f("ix_placement_resource_link_id"), table_name="placement")
    op.drop_column("placement", "is_copy")
