"""Queries for following on pages and in lists."""

from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, or_, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.following.defaults import ELSEWHERE
from lti_tool.following.models import ConversationFollow, FollowLevel, PlacementFollow
from lti_tool.posts.models import Conversation
from lti_tool.posts.visibility import readable

_FROM_ACTIVITY = (FollowLevel.EVERYTHING, FollowLevel.DIGEST)


def following(actor: Actor) -> ColumnElement[bool]:
    """Condition on conversations: the actor follows them, or all of their activity."""
    own = select(ConversationFollow.conversation_id).where(ConversationFollow.person_id == actor.person_id)
    activities = select(PlacementFollow.placement_id).where(
        PlacementFollow.person_id == actor.person_id,
        or_(*(PlacementFollow.level == level for level in _FROM_ACTIVITY)),
    )
    return or_(
        Conversation.id.in_(own.where(ConversationFollow.level != FollowLevel.MUTE)),
        and_(
            Conversation.placement_id.in_(activities),
            Conversation.id.not_in(own.where(ConversationFollow.level == FollowLevel.MUTE)),
        ),
    )


def level_column(actor: Actor) -> ScalarSelect[FollowLevel | None]:
    """A column for queries of conversations: the actor's level; None if the activity's level applies."""
    return (
        select(ConversationFollow.level)
        .where(
            ConversationFollow.person_id == actor.person_id,
            ConversationFollow.conversation_id == Conversation.id,
        )
        .correlate(Conversation)
        .scalar_subquery()
    )


def level_of_activity(session: Session, actor: Actor) -> FollowLevel:
    """The actor's level for the activity. One query."""
    chosen = session.scalar(
        select(PlacementFollow.level).filter_by(person_id=actor.person_id, placement_id=actor.placement_id)
    )
    return chosen or ELSEWHERE


def level_of_conversation(session: Session, actor: Actor, conversation_id: UUID) -> FollowLevel | None:
    """The actor's level for the conversation; None if the activity's level applies. One query."""
    found = session.execute(
        select(level_column(actor))
        .select_from(Conversation)
        .where(Conversation.id == conversation_id, readable(actor))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found[0]
