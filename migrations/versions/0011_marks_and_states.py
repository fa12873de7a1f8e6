"""marks_and_states

What became of a post, its earlier texts, the marks on it, and who follows what.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pre_moderation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_pre_moderation_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pre_moderation_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pre_moderation")),
        sa.UniqueConstraint("course_id", "person_id", name=op.f("uq_pre_moderation_course_id_person_id")),
    )
    op.create_table(
        "placement_follow",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level in ('everything', 'replies', 'digest', 'mute')", name=op.f("ck_placement_follow_level")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_placement_follow_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_placement_follow_placement_id_placement")
        ),
        sa.PrimaryKeyConstraint("person_id", "placement_id", name=op.f("pk_placement_follow")),
    )
    op.create_index(
        op.f("ix_placement_follow_placement_id"), "placement_follow", ["placement_id"], unique=False
    )
    op.create_table(
        "conversation_follow",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level in ('everything', 'replies', 'digest', 'mute')", name=op.f("ck_conversation_follow_level")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_conversation_follow_conversation_id_conversation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_conversation_follow_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", name=op.f("pk_conversation_follow")),
    )
    op.create_index(
        op.f("ix_conversation_follow_conversation_id"),
        "conversation_follow",
        ["conversation_id"],
        unique=False,
    )
    op.create_table(
        "post_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "mark in ('useful', 'still_current') or note <> ''", name=op.f("ck_post_mark_note")
        ),
        sa.CheckConstraint(
            "mark in ('useful', 'still_current', 'checked', 'used')", name=op.f("ck_post_mark_mark")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_post_mark_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_mark_person_id_person")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_mark_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_mark")),
        sa.UniqueConstraint("person_id", "post_id", "mark", name=op.f("uq_post_mark_person_id_post_id_mark")),
    )
    op.create_index(op.f("ix_post_mark_post_id"), "post_mark", ["post_id"], unique=False)
    op.create_table(
        "post_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_post_revision_course_id_course")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_revision_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_revision")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_post_revision_post_id_number")),
    )
    op.create_table(
        "waiting_act",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("launch_id", sa.Uuid(), nullable=False),
        sa.Column("platform_name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_waiting_act_post_id_post")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_waiting_act")),
    )
    op.add_column(
        "conversation", sa.Column("state", sa.String(32), server_default="published", nullable=False)
    )
    op.add_column("conversation", sa.Column("is_public", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("conversation", sa.Column("useful_count", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_conversation_course_useful",
        "conversation",
        ["course_id", "kind", sa.literal_column("useful_count DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_conversation_placement_useful",
        "conversation",
        ["placement_id", "kind", sa.literal_column("useful_count DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.add_column("post", sa.Column("state", sa.String(32), server_default="published", nullable=False))
    op.add_column("post", sa.Column("state_reason", sa.Text(), nullable=True))
    op.add_column("post", sa.Column("is_public", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("post", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("post", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("post", sa.Column("useful_count", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_post_waiting",
        "post",
        ["course_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    states = "state in ('published', 'waiting', 'declined', 'hidden', 'withdrawn')"
    for table in ("conversation", "post"):
        op.create_check_constraint("state", table, states)
    # Who began or posted follows what is there already, as they will from now on.
    op.execute(
        "insert into conversation_follow (person_id, conversation_id, level, change_id, changed_at) "
        "select author_id, conversation_id, "
        "case when bool_or(is_opening) then 'everything' else 'replies' end, gen_random_uuid(), now() "
        "from post group by author_id, conversation_id"
    )


def downgrade() -> None:
    op.drop_index("ix_post_waiting", table_name="post", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_column("post", "useful_count")
    op.drop_column("post", "edited_at")
    op.drop_column("post", "revision")
    op.drop_column("post", "is_public")
    op.drop_column("post", "state_reason")
    op.drop_column("post", "state")
    op.drop_index("ix_conversation_placement_useful", table_name="conversation")
    op.drop_index("ix_conversation_course_useful", table_name="conversation")
    op.drop_column("conversation", "useful_count")
    op.drop_column("conversation", "is_public")
    op.drop_column("conversation", "state")
    op.drop_table("waiting_act")
    op.drop_table("post_revision")
    op.drop_index(op.f("ix_post_mark_post_id"), table_name="post_mark")
    op.drop_table("post_mark")
    op.drop_index(op.f("ix_conversation_follow_conversation_id"), table_name="conversation_follow")
    op.drop_table("conversation_follow")
    op.drop_index(op.f("ix_placement_follow_placement_id"), table_name="placement_follow")
    op.drop_table("placement_follow")
    op.drop_table("pre_moderation")
