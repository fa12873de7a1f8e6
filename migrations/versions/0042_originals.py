"""originals

What a picture lost when it was made anew, and whether it is kept as it was sent.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "attachment",
        sa.Column("changes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("attachment", sa.Column("original_kind", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("attachment", "original_kind")
    op.drop_column("attachment", "changes")
