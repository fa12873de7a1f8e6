"""columns

The gradebook's columns are looked at when staff come, not with the next score alone; and one that was deleted
there is known to be gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_BEFORE = "'unavailable', 'not_granted', 'no_line_item', 'forbidden', 'refused', 'outdated'"


def upgrade() -> None:
    op.add_column("line_item", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("line_item", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("line_item", "checked_at", nullable=True)
    op.create_index(
        "ix_line_item_look", "line_item", ["look_at"], postgresql_where=sa.text("look_at is not null")
    )
    _allow_problems(f"{_BEFORE}, 'no_activity'")


def downgrade() -> None:
    op.execute("update score set problem = 'no_line_item' where problem = 'no_activity'")
    _allow_problems(_BEFORE)
    op.drop_index("ix_line_item_look", "line_item")
    op.execute("delete from line_item where checked_at is null")
    op.alter_column("line_item", "checked_at", nullable=False)
    op.drop_column("line_item", "gone_at")
    op.drop_column("line_item", "look_at")


def _allow_problems(known: str) -> None:
    op.drop_constraint(op.f("ck_score_problem"), "score")
    op.create_check_constraint(op.f("ck_score_problem"), "score", f"problem in ({known})")
