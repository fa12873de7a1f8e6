"""debates

Which side somebody argues in a debate, which one a post argued, and when the sides are switched.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("placement", sa.Column("switches_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_placement_switch"), "placement", "opens_at < switches_at and switches_at < closes_at"
    )
    op.add_column("post", sa.Column("side", sa.SmallInteger(), nullable=True))
    op.create_table(
        "debate_side",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("side in (0, 1)", name=op.f("ck_debate_side_side")),
        *[
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_debate_side_{name}_id_{name}")
            )
            for name in ("conversation", "person")
        ],
        sa.PrimaryKeyConstraint("conversation_id", "person_id", "is_anonymous", name=op.f("pk_debate_side")),
    )


def downgrade() -> None:
    op.drop_table("debate_side")
    op.drop_column("post", "side")
    op.drop_constraint(op.f("ck_placement_switch"), "placement", type_="check")
    op.drop_column("placement", "switches_at")
