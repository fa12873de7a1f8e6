"""phases

From when until when people may write in an activity's discussion.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("opens_at", "closes_at"):
        op.add_column("placement", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_placement_phases"), "placement", "opens_at < closes_at")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_placement_phases"), "placement", type_="check")
    for name in ("closes_at", "opens_at"):
        op.drop_column("placement", name)
