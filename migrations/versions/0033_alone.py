"""alone

How often a record store failed on one statement alone that took others, and when it took some last, so that
such a statement can be parked. And what stores said is kept in known words alone: what was kept before, which
may quote a statement, goes. Who shares a record store shares its password too, by a keyed digest.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("statement", sa.Column("alone", sa.Integer(), server_default="0", nullable=False))
    op.add_column("statement", sa.Column("alone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("statement_count", sa.Column("last_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "update statement set last_error = split_part(last_error, ':', 1)"
        " where state in ('pending', 'parked') and last_error like 'answered %:%'"
    )
    op.add_column("registration", sa.Column("lrs_password_digest", sa.Text(), nullable=True))
    # Stores have other keys from now on, and whether one is in trouble shows with the next batch.
    op.execute("delete from store_trouble")


def downgrade() -> None:
    op.execute("delete from store_trouble")
    op.drop_column("registration", "lrs_password_digest")
    op.drop_column("statement_count", "last_at")
    op.drop_column("statement", "alone_at")
    op.drop_column("statement", "alone")
