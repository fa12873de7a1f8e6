"""questions

Which of a conversation's accepted answers stands.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("acceptance", sa.Column("stands", sa.Boolean(), server_default="false", nullable=False))
    op.execute(
        "update acceptance set stands = true where id in ("
        "select distinct on (conversation_id) id from acceptance order by conversation_id, id desc)"
    )
    op.create_index(
        "uq_acceptance_standing",
        "acceptance",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("stands"),
    )


def downgrade() -> None:
    op.drop_index("uq_acceptance_standing", table_name="acceptance", postgresql_where=sa.text("stands"))
    op.drop_column("acceptance", "stands")
