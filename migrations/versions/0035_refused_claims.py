"""refused claims

Which claim a launch was last refused for, and the rule that it broke: names, never what was sent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration_health", sa.Column("error_claim", sa.Text(), nullable=True))
    op.add_column("registration_health", sa.Column("error_rule", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("registration_health", "error_rule")
    op.drop_column("registration_health", "error_claim")
