"""Conditions for the accepted answer, the same for questions and help requests on every page."""

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from lti_tool.acceptance.models import Acceptance
from lti_tool.posts.models import Conversation, Post, PostState

# An alias made once; making one at each use is slow.
_ANSWER = aliased(Post)


def is_accepted_answer() -> ColumnElement[bool]:
    """Condition on acceptances beside their conversations: current, and the answer is visible.

    An answer that is hidden or withdrawn answers nothing. One that is shown again is the accepted one again.
    """
    can_be_read = select(_ANSWER.id).where(
        _ANSWER.id == Acceptance.post_id, _ANSWER.state == PostState.PUBLISHED
    )
    return and_(Acceptance.conversation_id == Conversation.id, Acceptance.stands, can_be_read.exists())


def has_accepted_answer() -> ColumnElement[bool]:
    """Condition on conversations."""
    return select(Acceptance.id).where(is_accepted_answer()).correlate(Conversation).exists()
