"""anonymity

Pseudonyms, posts that bear one, and the lookings-up of who wrote them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS = "'hidden', 'restored', 'approved', 'declined', 'pre_moderated', 'pre_moderation_ended'"


def upgrade() -> None:
    op.create_table(
        "pseudonym",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_pseudonym_conversation_id_conversation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pseudonym_person_id_person")),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name=op.f("pk_pseudonym")),
        sa.UniqueConstraint("conversation_id", "name", name=op.f("uq_pseudonym_conversation_id_name")),
        sa.UniqueConstraint(
            "conversation_id",
            "person_id",
            "name",
            name=op.f("uq_pseudonym_conversation_id_person_id_name"),
        ),
    )
    op.add_column("conversation", sa.Column("pseudonym", sa.Text(), nullable=True))
    op.add_column("post", sa.Column("pseudonym", sa.Text(), nullable=True))
    op.create_foreign_key(
        "fk_post_pseudonym",
        "post",
        "pseudonym",
        ["conversation_id", "author_id", "pseudonym"],
        ["conversation_id", "person_id", "name"],
    )
    _set_notice_kinds(f"{_KINDS}, 'unmasked'")
    op.create_table(
        "unmasking",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("submission_key", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id"], ["moderation_log.id"], name=op.f("fk_unmasking_log_id_moderation_log")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["author_notice.id"], name=op.f("fk_unmasking_notice_id_author_notice")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_unmasking_course_id_course")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_unmasking_post_id_post")),
        sa.ForeignKeyConstraint(["staff_id"], ["person.id"], name=op.f("fk_unmasking_staff_id_person")),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_unmasking")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_unmasking_notice_id")),
        sa.UniqueConstraint("staff_id", "submission_key", name=op.f("uq_unmasking_staff_id_submission_key")),
    )


def _set_notice_kinds(kinds: str) -> None:
    op.drop_constraint(op.f("ck_author_notice_kind"), "author_notice")
    op.create_check_constraint(op.f("ck_author_notice_kind"), "author_notice", f"kind in ({kinds})")


def downgrade() -> None:
    op.drop_table("unmasking")
    op.execute("delete from author_notice where kind = 'unmasked'")
    _set_notice_kinds(_KINDS)
    op.drop_constraint("fk_post_pseudonym", "post")
    op.drop_column("post", "pseudonym")
    op.drop_column("conversation", "pseudonym")
    op.drop_table("pseudonym")
