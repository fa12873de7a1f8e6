"""record_store_statistics

What the planner knows of the record store's look-up table: which keys are common, and that new rows are soon
found without a visit to the table.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table record_store_match alter column key set statistics 1000")
    op.execute(
        "alter table record_store_match set"
        " (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)"
    )


def downgrade() -> None:
    op.execute(
        "alter table record_store_match reset"
        " (autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor)"
    )
    op.execute("alter table record_store_match alter column key set statistics -1")
