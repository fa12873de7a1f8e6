"""delivery

Pauses are of a record store now, not of a registration: those that share one share its state too. Sent
statements are counted as they are marked, so that nobody has to count the rows. And a registration's own
store may speak another version than the default one. The release before still pauses by its own table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "store_trouble",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_store_trouble")),
    )
    op.create_table(
        "statement_count",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_statement_count_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_statement_count")),
    )
    op.execute(
        "insert into statement_count (registration_id, sent)"
        " select registration_id, count(*) from statement where state = 'sent' group by registration_id"
    )
    op.add_column("registration", sa.Column("lrs_version", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("registration", "lrs_version")
    op.drop_table("statement_count")
    op.drop_table("store_trouble")
