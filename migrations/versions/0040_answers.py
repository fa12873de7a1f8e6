"""answers

How a request for help stands is no longer stored: it follows from the answers that can be read (counted with
the conversation) and from whether somebody said what fixed it. The acceptance table alone says which answer
was accepted, and by whom.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_COUNT = """
update conversation set answer_count = answers.count
from (
    select post.conversation_id, count(*) as count
    from post join conversation on conversation.id = post.conversation_id
    where post.state = 'published' and not post.is_opening and (
        post.author_id <> conversation.author_id or post.pseudonym is distinct from conversation.pseudonym
    )
    group by post.conversation_id
) as answers
where conversation.id = answers.conversation_id
"""
_STANDS = {
    "waiting": "resolved_at is null and answer_count = 0",
    "answered": "resolved_at is null and answer_count > 0",
    "resolved": "resolved_at is not null",
}
_CHANGES = "change in ('closed', 'reopened', 'pinned', 'unpinned', 'tagged'{more})"


def upgrade() -> None:
    op.add_column("conversation", sa.Column("answer_count", sa.Integer(), server_default="0", nullable=False))
    op.add_column("conversation", sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_COUNT)
    op.execute(
        "update conversation set resolved_at = help_request.resolved_at from help_request"
        " where help_request.conversation_id = conversation.id and help_request.resolved_at is not null"
    )
    for name, condition in _STANDS.items():
        op.create_index(
            f"ix_conversation_{name}",
            "conversation",
            ["course_id", "id"],
            postgresql_where=sa.text(f"kind = 'help_request' and {condition}"),
        )
    _allow_changes(", 'resolved'")

    _refer_to_person("acceptance", "person_id")
    op.execute(
        "update acceptance set person_id = conversation.author_id from conversation"
        " where conversation.id = acceptance.conversation_id"
    )
    op.alter_column("acceptance", "person_id", nullable=False)

    _refer_to_person("help_request", "resolved_by_id")
    op.execute("update help_request set resolved_by_id = author_id where resolved_at is not null")
    op.drop_index("ix_help_request_course_status", "help_request")
    op.drop_constraint(op.f("ck_help_request_status"), "help_request")
    op.drop_constraint(op.f("ck_help_request_resolved"), "help_request")
    op.create_check_constraint(
        op.f("ck_help_request_resolved"),
        "help_request",
        "what_fixed_it is null or resolved_by_id is not null",
    )
    for column in ("status", "first_answer_at", "accepted_post_id", "resolved_at"):
        op.drop_column("help_request", column)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_help_request_resolved"), "help_request")
    op.add_column("help_request", sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("help_request", sa.Column("accepted_post_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_help_request_accepted_post_id_post"), "help_request", "post", ["accepted_post_id"], ["id"]
    )
    op.add_column("help_request", sa.Column("first_answer_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "help_request", sa.Column("status", sa.String(32), server_default="waiting", nullable=False)
    )
    op.execute(
        "update help_request set resolved_at = conversation.resolved_at,"
        " status = case when conversation.resolved_at is not null then 'resolved'"
        " when conversation.answer_count > 0 then 'answered' else 'waiting' end"
        " from conversation where conversation.id = help_request.conversation_id"
    )
    op.alter_column("help_request", "status", server_default=None)
    op.create_check_constraint(
        op.f("ck_help_request_resolved"),
        "help_request",
        "(status = 'resolved') = (resolved_at is not null)",
    )
    op.create_check_constraint(
        op.f("ck_help_request_status"), "help_request", "status in ('waiting', 'answered', 'resolved')"
    )
    op.create_index(
        "ix_help_request_course_status",
        "help_request",
        ["course_id", "status", sa.text("conversation_id DESC")],
    )
    op.drop_column("help_request", "resolved_by_id")
    op.drop_column("acceptance", "person_id")
    op.execute("delete from conversation_change where change = 'resolved'")
    _allow_changes("")
    for name in _STANDS:
        op.drop_index(f"ix_conversation_{name}", "conversation")
    op.drop_column("conversation", "resolved_at")
    op.drop_column("conversation", "answer_count")


def _refer_to_person(table: str, column: str) -> None:
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{table}_{column}_person"), table, "person", [column], ["id"])
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _allow_changes(more: str) -> None:
    op.drop_constraint(op.f("ck_conversation_change_change"), "conversation_change")
    op.create_check_constraint(
        op.f("ck_conversation_change_change"), "conversation_change", _CHANGES.format(more=more)
    )
