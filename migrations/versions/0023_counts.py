"""counts

Replies that are hidden or withdrawn count no more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_GONE = """
update conversation set gone_count = gone.count
from (
    select conversation_id, count(*) as count from post
    where state in ('hidden', 'withdrawn') and is_public and not is_opening group by conversation_id
) as gone
where conversation.id = gone.conversation_id
"""


def _index_unanswered(condition: str) -> None:
    for name, column in (("course", "course_id"), ("placement", "placement_id")):
        op.drop_index(f"ix_conversation_{name}_unanswered", "conversation")
        op.create_index(
            f"ix_conversation_{name}_unanswered",
            "conversation",
            [
                column,
                "kind",
                sa.text(f"({condition}) DESC"),
                sa.text("last_activity_at DESC"),
                sa.text("id DESC"),
            ],
        )


def upgrade() -> None:
    op.add_column("conversation", sa.Column("gone_count", sa.Integer(), server_default="0", nullable=False))
    op.execute(_GONE)
    _index_unanswered("reply_count = gone_count")


def downgrade() -> None:
    _index_unanswered("reply_count = 0")
    op.drop_column("conversation", "gone_count")
