"""services

Access tokens for the platforms' services; rosters and groups of courses.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_token",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("token_sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_access_token_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("registration_id", "scopes", name=op.f("pk_access_token")),
    )
    op.alter_column("membership", "last_launch_at", nullable=True)
    for name in ("rostered_at", "missing_since", "kept_at", "left_at"):
        op.add_column("membership", _moment(name))
    op.create_index(op.f("ix_launch_course_id_person_id"), "launch", ["course_id", "person_id"])
    _create_roster_sync()
    _create_groups()


def _create_roster_sync() -> None:
    op.create_table(
        "roster_sync",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        _moment("launched_at", nullable=False),
        _moment("due_at", nullable=False),
        _moment("asked_at"),
        _moment("tried_at"),
        _moment("synced_at"),
        sa.Column("member_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("groups_problem", sa.Text(), nullable=True),
        _moment("wait_until"),
        _moment("gone_since"),
        sa.Column("gone_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gone_of", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_roster_sync_course_id_course")),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_roster_sync")),
    )
    op.create_index(op.f("ix_roster_sync_due_at"), "roster_sync", ["due_at"])


def _create_groups() -> None:
    op.create_table(
        "course_group_set",
        *_group_columns("course_group_set"),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _moment("gone_at"),
    )
    op.create_table(
        "course_group",
        *_group_columns("course_group"),
        sa.Column("group_set_id", sa.Uuid(), nullable=True),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _moment("gone_at"),
        sa.ForeignKeyConstraint(
            ["group_set_id"],
            ["course_group_set.id"],
            name=op.f("fk_course_group_group_set_id_course_group_set"),
        ),
    )
    op.create_index(op.f("ix_course_group_group_set_id"), "course_group", ["group_set_id"])
    op.create_table(
        "course_group_membership",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["course_group.id"], name=op.f("fk_course_group_membership_group_id_course_group")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_course_group_membership_person_id_person")
        ),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_course_group_membership")),
    )
    op.create_index(op.f("ix_course_group_membership_person_id"), "course_group_membership", ["person_id"])


def _group_columns(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        _moment("created_at", nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f(f"fk_{table}_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("course_id", "platform_id", name=op.f(f"uq_{table}_course_id_platform_id")),
    )


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def downgrade() -> None:
    for table in ("course_group_membership", "course_group", "course_group_set", "roster_sync"):
        op.drop_table(table)
    op.drop_index(op.f("ix_launch_course_id_person_id"), "launch")
    op.execute("delete from membership where last_launch_at is null")
    op.alter_column("membership", "last_launch_at", nullable=False)
    for name in ("rostered_at", "missing_since", "kept_at", "left_at"):
        op.drop_column("membership", name)
    op.drop_table("access_token")
