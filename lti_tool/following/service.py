"""Choosing a level of following."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.ids import new_row_id
from lti_tool.following.events import FollowChanged
from lti_tool.following.models import ConversationFollow, FollowLevel, PlacementFollow
from lti_tool.posts.models import Conversation
from lti_tool.posts.service import access_any_conversation


def follow_conversation(
    session: Session, actor: Actor, *, conversation_id: UUID, level: FollowLevel
) -> Conversation:
    """Follow a thread or a help request at this level. The same level again changes nothing."""
    conversation = access_any_conversation(session, actor, conversation_id)
    _follow(session, actor, ConversationFollow, level, conversation, conversation_id=conversation.id)
    return conversation


def follow_activity(session: Session, actor: Actor, *, level: FollowLevel) -> None:
    """Follow new conversations in the actor's activity at this level."""
    _follow(session, actor, PlacementFollow, level, None, placement_id=actor.placement_id)


def _follow(
    session: Session,
    actor: Actor,
    model: type[ConversationFollow | PlacementFollow],
    level: FollowLevel,
    conversation: Conversation | None,
    **place: UUID,
) -> None:
    """One SQL statement, so that concurrent changes each get one xAPI statement."""
    change: dict[str, Any] = {"level": level, "change_id": new_row_id(), "changed_at": clock.now()}
    changed = session.scalar(
        insert(cast("Table", model.__table__))
        .values(person_id=actor.person_id, **place, **change)
        .on_conflict_do_update(index_elements=["person_id", *place], set_=change, where=model.level != level)
        .returning(model.change_id)
    )
    if changed is not None:
        event = FollowChanged(
            actor=actor,
            conversation=conversation,
            level=level,
            change_id=changed,
            at=change["changed_at"],
        )
        events.record(session, event)
