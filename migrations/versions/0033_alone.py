"""alone

How often a record store failed on one statement alone that took others, and when it took some last, so that
such a statement can be parked. And what stores said is kept in known words alone: what was kept before, which
may quote a statement, goes.
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
    for table, column, which in (
        ("statement", "last_error", "state in ('pending', 'parked')"),
        ("store_trouble", "reason", "true"),
    ):
        op.execute(
            f"update {table} set {column} = split_part({column}, ':', 1)"  # noqa: S608  # of our own
            f" where {which} and {column} like 'answered %:%'"
        )


def downgrade() -> None:
    op.drop_column("statement_count", "last_at")
    op.drop_column("statement", "alone_at")
    op.drop_column("statement", "alone")
