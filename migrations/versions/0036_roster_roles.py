"""roster roles

What the roster last said of somebody, so that a change of its mind is told apart from a roster that has
always said less of them than their launches do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("roster_role", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("membership", "roster_role")
