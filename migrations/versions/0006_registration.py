"""registration

Expand only: the old release registers platforms and deployments without `approved_at`, and the default makes
them approved, as all were until now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("registration", "deployment"):
        op.add_column(
            table,
            sa.Column(
                "approved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=True
            ),
        )
    op.add_column("registration", sa.Column("label", sa.Text(), nullable=True))
    op.add_column("registration", sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_check_constraint(
        op.f("ck_registration_approved"), "registration", "approved_at is not null or not active"
    )
    op.create_table(
        "registration_health",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_health_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_registration_health")),
    )
    op.create_table(
        "registration_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_invitation_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_invitation")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_registration_invitation_token_digest")),
    )
    op.create_table(
        "admin_sign_in",
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_admin_sign_in")),
    )
    op.create_table(
        "admin_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_session")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_admin_session_secret_digest")),
    )


def downgrade() -> None:
    for table in ("admin_session", "admin_sign_in", "registration_invitation", "registration_health"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_registration_approved"), "registration", type_="check")
    for column in ("scopes", "label", "approved_at"):
        op.drop_column("registration", column)
    op.drop_column("deployment", "approved_at")
