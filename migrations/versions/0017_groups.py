"""groups

Activities that are worked in groups: the platform's, or some that staff made; and the gallery.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("course_group_set", "course_group"):
        op.alter_column(table, "platform_id", existing_type=sa.Text(), nullable=True)
    op.create_index(
        "uq_course_group_set_own",
        "course_group_set",
        ["course_id", "name"],
        unique=True,
        postgresql_where=sa.text("platform_id is null"),
    )
    op.create_unique_constraint(
        op.f("uq_course_group_id_group_set_id"), "course_group", ["id", "group_set_id"]
    )
    op.create_index(
        "uq_course_group_own",
        "course_group",
        ["group_set_id", "name"],
        unique=True,
        postgresql_where=sa.text("platform_id is null"),
    )
    op.create_check_constraint(
        op.f("ck_course_group_own"), "course_group", "platform_id is not null or group_set_id is not null"
    )
    op.add_column("course_group_membership", sa.Column("own_set_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_course_group_membership_own_set_id_person_id"),
        "course_group_membership",
        ["own_set_id", "person_id"],
    )
    op.create_foreign_key(
        "fk_course_group_membership_own_set",
        "course_group_membership",
        "course_group",
        ["group_id", "own_set_id"],
        ["id", "group_set_id"],
    )
    _change_activities()


def _change_activities() -> None:
    op.add_column("placement", sa.Column("group_set_id", sa.Uuid(), nullable=True))
    op.add_column("placement", sa.Column("gallery_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "placement", sa.Column("gallery_replies", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_foreign_key(
        op.f("fk_placement_group_set_id_course_group_set"),
        "placement",
        "course_group_set",
        ["group_set_id"],
        ["id"],
    )
    op.add_column("conversation", sa.Column("group_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_conversation_group_id_course_group"), "conversation", "course_group", ["group_id"], ["id"]
    )
    op.create_index(
        "ix_conversation_group",
        "conversation",
        ["group_id", sa.literal_column("last_activity_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("group_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_conversation_group", table_name="conversation")
    op.drop_constraint(op.f("fk_conversation_group_id_course_group"), "conversation")
    op.drop_column("conversation", "group_id")
    op.drop_constraint(op.f("fk_placement_group_set_id_course_group_set"), "placement")
    for name in ("gallery_replies", "gallery_at", "group_set_id"):
        op.drop_column("placement", name)
    op.drop_constraint("fk_course_group_membership_own_set", "course_group_membership")
    op.drop_constraint(op.f("uq_course_group_membership_own_set_id_person_id"), "course_group_membership")
    op.drop_column("course_group_membership", "own_set_id")
    op.drop_constraint(op.f("ck_course_group_own"), "course_group")
    op.drop_index("uq_course_group_own", table_name="course_group")
    op.drop_constraint(op.f("uq_course_group_id_group_set_id"), "course_group")
    op.drop_index("uq_course_group_set_own", table_name="course_group_set")
    # What was made here has no place in the schema before.
    op.execute(
        "delete from course_group_membership using course_group g"
        " where g.id = group_id and g.platform_id is null"
    )
    op.execute("delete from mention using course_group g where g.id = group_id and g.platform_id is null")
    for table in ("course_group", "course_group_set"):
        op.execute(f"delete from {table} where platform_id is null")  # noqa: S608  # one of two constants
        op.alter_column(table, "platform_id", existing_type=sa.Text(), nullable=False)
