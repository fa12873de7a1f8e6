"""roles

The rounds of an activity's roles, and who is starter or synthesiser in them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_SLOTS = {
    "uq_role_holder_group": (
        ["placement_id", "number", "group_id", "role"],
        "ended is null and group_id is not null",
    ),
    "uq_role_holder_everybody": (
        ["placement_id", "number", "role"],
        "ended is null and group_id is null",
    ),
}


def upgrade() -> None:
    op.create_table(
        "role_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number between 1 and 6", name=op.f("ck_role_round_number")),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("ck_role_round_moments")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_role_round_placement_id_placement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_round")),
        sa.UniqueConstraint("placement_id", "number", name=op.f("uq_role_round_placement_id_number")),
    )
    op.create_index(op.f("ix_role_round_ends_at"), "role_round", ["ends_at"])
    op.create_table(
        "role_holder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("ended", sa.String(length=32), nullable=True),
        sa.CheckConstraint("role in ('starter', 'synthesiser')", name=op.f("ck_role_holder_role")),
        sa.CheckConstraint("ended in ('passed', 'swapped', 'left')", name=op.f("ck_role_holder_ended")),
        sa.ForeignKeyConstraint(
            ["placement_id", "number"],
            ["role_round.placement_id", "role_round.number"],
            name="fk_role_holder_round",
        ),
        *[
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{table}.id"], name=op.f(f"fk_role_holder_{name}_id_{table}")
            )
            for name, table in (("placement", "placement"), ("group", "course_group"), ("person", "person"))
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_holder")),
    )
    op.create_index(op.f("ix_role_holder_person_id"), "role_holder", ["person_id"])
    for name, (columns, condition) in _SLOTS.items():
        op.create_index(name, "role_holder", columns, unique=True, postgresql_where=sa.text(condition))


def downgrade() -> None:
    op.drop_table("role_holder")
    op.drop_table("role_round")
