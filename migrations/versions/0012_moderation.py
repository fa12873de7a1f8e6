"""moderation

Reports, notices to authors, and the log that only grows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "author_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('hidden', 'restored', 'approved', 'declined', 'pre_moderated', 'pre_moderation_ended')",
            name=op.f("ck_author_notice_kind"),
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_author_notice_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_author_notice_person_id_person")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_author_notice_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_notice")),
    )
    op.create_index(
        "ix_author_notice_unread",
        "author_notice",
        ["person_id", "course_id"],
        unique=False,
        postgresql_where=sa.text("read_at is null"),
    )
    op.create_table(
        "moderation_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_moderation_log_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_moderation_log_person_id_person")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_moderation_log_post_id_post")),
        sa.ForeignKeyConstraint(["staff_id"], ["person.id"], name=op.f("fk_moderation_log_staff_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_log")),
    )
    op.create_index(
        op.f("ix_moderation_log_course_id"),
        "moderation_log",
        ["course_id", sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        op.f("ix_moderation_log_person_id"),
        "moderation_log",
        ["person_id", sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_moderation_log_post_id"), "moderation_log", ["post_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('hurtful', 'personal', 'unsafe', 'other')", name=op.f("ck_report_kind")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_report_course_id_course")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_report_post_id_post")),
        sa.ForeignKeyConstraint(["reporter_id"], ["person.id"], name=op.f("fk_report_reporter_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(
        "ix_report_open",
        "report",
        ["course_id", "post_id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "uq_report_open",
        "report",
        ["post_id", "reporter_id"],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )
    # The log only grows, whoever writes to the database with this tool's rights.
    op.execute(
        """
        create function moderation_log_only_grows() returns trigger language plpgsql as $$
        begin
            raise exception 'moderation_log only grows';
        end $$
        """
    )
    for kind, what in (("row", "update or delete"), ("statement", "truncate")):
        op.execute(
            f"create trigger moderation_log_{kind} before {what} on moderation_log "
            f"for each {kind} execute function moderation_log_only_grows()"
        )


def downgrade() -> None:
    op.drop_index("uq_report_open", table_name="report", postgresql_where=sa.text("closed_at is null"))
    op.drop_index("ix_report_open", table_name="report", postgresql_where=sa.text("closed_at is null"))
    op.drop_table("report")
    op.drop_index(op.f("ix_moderation_log_post_id"), table_name="moderation_log")
    op.drop_index(op.f("ix_moderation_log_person_id"), table_name="moderation_log")
    op.drop_index(op.f("ix_moderation_log_course_id"), table_name="moderation_log")
    op.drop_table("moderation_log")
    op.drop_index(
        "ix_author_notice_unread", table_name="author_notice", postgresql_where=sa.text("read_at is null")
    )
    op.drop_table("author_notice")
    op.execute("drop function moderation_log_only_grows()")
