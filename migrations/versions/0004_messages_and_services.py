"""messages_and_services

Launches of every message type, what an activity is and how it was chosen, and the services of a course.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KNOWN_ACTIVITY = "activity in ('discussion', 'help', 'follow_up')"


def _activity(server_default: str | None = None) -> sa.Column[str]:
    kind = sa.Enum("discussion", "help", "follow_up", name="activity", native_enum=False, length=32)
    return sa.Column("activity", kind, server_default=server_default, nullable=False)


def upgrade() -> None:
    op.create_table(
        "planned_activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        _activity(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("submission_key", sa.Uuid(), nullable=False),
        sa.CheckConstraint(_KNOWN_ACTIVITY, name=op.f("ck_planned_activity_activity")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_planned_activity_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_planned_activity_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_planned_activity_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_activity")),
        sa.UniqueConstraint(
            "author_id", "submission_key", name=op.f("uq_planned_activity_author_id_submission_key")
        ),
    )
    op.create_index(op.f("ix_planned_activity_course_id"), "planned_activity", ["course_id"])
    op.create_index(op.f("ix_planned_activity_registration_id"), "planned_activity", ["registration_id"])
    for name in ("roster_url", "groups_url", "group_sets_url", "line_items_url"):
        op.add_column("course", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("course", _json("service_scopes", "[]"))
    _extend_placement()
    _extend_launch()


def _extend_placement() -> None:
    op.add_column("placement", _activity(server_default="discussion"))
    op.create_check_constraint(op.f("ck_placement_activity"), "placement", _KNOWN_ACTIVITY)
    op.add_column("placement", _json("settings", "{}"))
    op.add_column("placement", sa.Column("line_item_url", sa.Text(), nullable=True))
    for name, table in (("planned_activity_id", "planned_activity"), ("copied_from_id", "placement")):
        op.add_column("placement", sa.Column(name, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_placement_{name}_{table}"), "placement", table, [name], ["id"])
        op.create_index(op.f(f"ix_placement_{name}"), "placement", [name])
    op.add_column("placement", sa.Column("copy_settled_at", sa.DateTime(timezone=True), nullable=True))


def _extend_launch() -> None:
    kinds = ("resource_link", "deep_linking", "submission_review", "data_privacy")
    kind = sa.Enum(*kinds, name="launchkind", native_enum=False, length=32)
    op.add_column("launch", sa.Column("kind", kind, server_default="resource_link", nullable=False))
    op.create_check_constraint(
        op.f("ck_launch_kind"),
        "launch",
        "kind in ('resource_link', 'deep_linking', 'submission_review', 'data_privacy')",
    )
    op.add_column("launch", sa.Column("deployment_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_launch_deployment_id_deployment"), "launch", "deployment", ["deployment_id"], ["id"]
    )
    op.add_column("launch", _json("details", "{}"))
    op.alter_column("launch", "course_id", nullable=True)
    op.alter_column("launch", "placement_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_launch_place"),
        "launch",
        "case when kind in ('resource_link', 'submission_review') "
        "then course_id is not null and placement_id is not null else deployment_id is not null end",
    )


def _json(name: str, default: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), server_default=default, nullable=False)


def downgrade() -> None:
    op.execute("delete from launch where course_id is null or placement_id is null")
    op.drop_constraint(op.f("ck_launch_place"), "launch")
    op.drop_constraint(op.f("ck_launch_kind"), "launch")
    op.alter_column("launch", "course_id", nullable=False)
    op.alter_column("launch", "placement_id", nullable=False)
    for name in ("kind", "deployment_id", "details"):
        op.drop_column("launch", name)
    op.drop_constraint(op.f("ck_placement_activity"), "placement")
    for name in (
        "activity", "settings", "line_item_url", "planned_activity_id", "copied_from_id", "copy_settled_at",
    ):  # fmt: skip
        op.drop_column("placement", name)
    for name in ("roster_url", "groups_url", "group_sets_url", "line_items_url", "service_scopes"):
        op.drop_column("course", name)
    op.drop_table("planned_activity")
