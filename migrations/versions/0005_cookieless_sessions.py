"""cookieless_sessions

Launches that wait for their browser's proof, what platforms offer to keep, and the way back to the course.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "launch_pending",
        sa.Column("id_digest", sa.Text(), nullable=False),
        sa.Column("browser_digest", sa.Text(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("claims_sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_launch_pending_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_launch_pending_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id_digest", name=op.f("pk_launch_pending")),
    )
    op.create_index(op.f("ix_launch_pending_expires_at"), "launch_pending", ["expires_at"])
    op.add_column("launch_attempt", sa.Column("storage_target", sa.Text(), nullable=True))
    op.add_column("launch", sa.Column("return_url", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("launch", "return_url")
    op.drop_column("launch_attempt", "storage_target")
    op.drop_index(op.f("ix_launch_pending_expires_at"), table_name="launch_pending")
    op.drop_table("launch_pending")
