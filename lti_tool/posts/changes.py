"""Changing a conversation as a whole: closing, pinning, tagging. Each change is kept, with who made it."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import change_if
from lti_tool.core.errors import ConflictError, RefusedError
from lti_tool.courses.models import Placement
from lti_tool.posts.models import MOST_PINS, Change, Conversation, ConversationChange


class ClosedError(RefusedError):
    """The conversation takes no more posts."""


def close(
    session: Session, actor: Actor, conversation: Conversation, reason: str
) -> ConversationChange | None:
    """Take no more posts. None where it is closed already: the first reason stands."""
    values = {"closed_at": clock.now(), "closed_by_id": actor.person_id, "closed_reason": reason}
    if not change_if(session, conversation, Conversation.closed_at.is_(None), **values):
        return None
    return keep_change(session, actor, conversation, Change.CLOSED, reason)


def reopen(session: Session, actor: Actor, conversation: Conversation) -> ConversationChange | None:
    values = {"closed_at": None, "closed_by_id": None, "closed_reason": ""}
    if not change_if(session, conversation, Conversation.closed_at.is_not(None), **values):
        return None
    return keep_change(session, actor, conversation, Change.REOPENED)


def pin(session: Session, actor: Actor, conversation: Conversation) -> ConversationChange | None:
    """Keep it at the top of its activity's list. Raises ConflictError where all places are taken."""
    # One at a time in an activity; a key is still to be had by those who refer to it.
    session.execute(
        select(Placement.id).filter_by(id=conversation.placement_id).with_for_update(key_share=True)
    )
    slot = func.generate_series(1, MOST_PINS).column_valued("slot")
    taken = select(Conversation.pin_slot).where(
        Conversation.placement_id == conversation.placement_id,
        Conversation.kind == conversation.kind,
        Conversation.pin_slot.is_not(None),
    )
    free = session.scalar(select(func.min(slot)).where(slot.not_in(taken)))
    if free is None:
        raise ConflictError
    if not change_if(session, conversation, Conversation.pin_slot.is_(None), pin_slot=free):
        return None
    return keep_change(session, actor, conversation, Change.PINNED)


def unpin(session: Session, actor: Actor, conversation: Conversation) -> ConversationChange | None:
    if not change_if(session, conversation, Conversation.pin_slot.is_not(None), pin_slot=None):
        return None
    return keep_change(session, actor, conversation, Change.UNPINNED)


def tag(
    session: Session, actor: Actor, conversation: Conversation, tags: Sequence[str]
) -> ConversationChange | None:
    """Give it these tags in place of those it has."""
    if not change_if(session, conversation, Conversation.tags != list(tags), tags=list(tags)):
        return None
    return keep_change(session, actor, conversation, Change.TAGGED)


def keep_change(
    session: Session, actor: Actor, conversation: Conversation, change: Change, reason: str = ""
) -> ConversationChange:
    """Who did what to it, and with which words."""
    kept = ConversationChange(
        course_id=conversation.course_id,
        conversation_id=conversation.id,
        person_id=actor.person_id,
        change=change,
        reason=reason,
    )
    session.add(kept)
    session.flush()
    return kept
