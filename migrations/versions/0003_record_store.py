"""record_store

Expand first, backfill in batches, contract in a later release: the old release runs on this schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_store_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("can_write", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_store_credential")),
        sa.UniqueConstraint("username", name=op.f("uq_record_store_credential_username")),
    )
    op.create_table(
        "record_store_match",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "seq", "source", name=op.f("pk_record_store_match")),
    )
    op.create_table(
        "record_store_statement",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("voids", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_record_store_statement")),
        sa.UniqueConstraint("id", name=op.f("uq_record_store_statement_id")),
    )
    op.create_index(
        "ix_record_store_statement_target_id",
        "record_store_statement",
        ["target_id"],
        unique=False,
        postgresql_where=sa.text("target_id is not null"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_record_store_statement_target_id",
        table_name="record_store_statement",
        postgresql_where=sa.text("target_id is not null"),
    )
    op.drop_table("record_store_statement")
    op.drop_table("record_store_match")
    op.drop_table("record_store_credential")
