"""Who a conversation is for: the one place that says who belongs to each audience."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select

from lti_tool.core.actor import Actor
from lti_tool.core.db import written_out
from lti_tool.core.prepared import time_of_asking
from lti_tool.courses.models import Placement
from lti_tool.people.groups import own_groups
from lti_tool.posts.models import Audience, AudiencePerson, Conversation


@dataclass(frozen=True, slots=True)
class Readers:
    """The audience of a new conversation."""

    audience: Audience
    group_id: UUID | None = None


WHOLE_COURSE = Readers(Audience.COURSE)


def is_in_audience(actor: Actor) -> ColumnElement[bool]:
    """Of conversations: those that are for the actor."""
    is_author = Conversation.author_id == actor.person_id
    named = select(AudiencePerson.conversation_id).where(AudiencePerson.person_id == actor.person_id)
    is_in_pair = and_(_is_for(Audience.PAIR), Conversation.id.in_(named))
    if actor.role.is_staff:
        return or_(
            _is_for(Audience.COURSE, Audience.GROUP, Audience.GALLERY, Audience.STAFF),
            and_(_is_for(Audience.OWNER), is_author),
            is_in_pair,
        )
    return or_(
        _is_for(Audience.COURSE),
        and_(_is_for(Audience.GROUP, Audience.GALLERY), Conversation.group_id.in_(own_groups(actor))),
        and_(_is_for(Audience.OWNER, Audience.STAFF), is_author),
        is_in_pair,
    )


def may_read(actor: Actor) -> ColumnElement[bool]:
    """Of conversations: those that are for the actor, and what an open gallery shows."""
    return or_(is_in_audience(actor), _is_in_gallery(actor))


def may_post(actor: Actor) -> ColumnElement[bool]:
    """Of conversations that the actor may read: those that take the actor's posts."""
    return or_(is_in_audience(actor), _is_in_gallery(actor, Placement.gallery_replies.is_(True)))


def is_owners(actor: Actor, content: Any, owner: Any) -> ColumnElement[bool]:
    """Of content with an audience of its own, such as a follow-up: whether only `owner` may read it.

    `owner` is the column of the person, who has to be the actor.
    """
    return and_(content.audience == Audience.OWNER, owner == actor.person_id)


def _is_in_gallery(actor: Actor, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the activity's gallery is open, under these conditions; staff need none."""
    if actor.role.is_staff:
        return false()
    galleries = select(Placement.id).where(
        Placement.course_id == actor.course_id, Placement.gallery_at <= time_of_asking(), *conditions
    )
    return and_(_is_for(Audience.GALLERY), Conversation.placement_id.in_(galleries))


def _is_for(*audiences: Audience) -> ColumnElement[bool]:
    # Written out, so that a plan for any values knows how many rows have it.
    return Conversation.audience.in_([written_out(audience) for audience in audiences])
