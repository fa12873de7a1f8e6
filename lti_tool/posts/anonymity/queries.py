"""Whether somebody may post anonymously to the other learners: where the activity's staff allow it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.courses.models import Placement
from lti_tool.posts.approval import must_wait
from lti_tool.posts.models import Conversation, Pseudonym
from lti_tool.posts.visibility import readable


@dataclass(frozen=True, slots=True)
class Anonymity:
    """That one may choose it."""

    pseudonym: str | None = None
    """What one is called in this conversation already; then that is the choice to begin with."""


def anonymity_columns(actor: Actor) -> list[ColumnElement[Any]]:
    """What `anonymity_of` asks of a query of conversations that joins their placement."""
    pseudonym = select(Pseudonym.name).where(
        Pseudonym.conversation_id == Conversation.id, Pseudonym.person_id == actor.person_id
    )
    return [
        Placement.settings["anonymous"].as_boolean().label("allows_anonymity"),
        pseudonym.correlate(Conversation).scalar_subquery().label("own_pseudonym"),
    ]


def anonymity_of(actor: Actor, row: Row[*tuple[Any, ...]]) -> Anonymity | None:
    """None where one posts under one's name; staff always do: what they say has another weight."""
    if not row.allows_anonymity or actor.role.is_staff:
        return None
    return Anonymity(row.own_pseudonym)


def anonymity_in(session: Session, actor: Actor, conversation_id: UUID | None) -> Anonymity | None:
    """In this conversation, for who may read it; in a new one for None. One query at most."""
    if conversation_id is None:
        return Anonymity() if actor.here.allows_anonymity and not actor.role.is_staff else None
    found = session.execute(
        select(*anonymity_columns(actor))
        .select_from(Conversation)
        .join(Placement, Placement.id == Conversation.placement_id)
        .where(Conversation.id == conversation_id, readable(actor))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return anonymity_of(actor, found)


def check_anonymity(session: Session, actor: Actor, conversation_id: UUID | None) -> None:
    """Raises ConflictError where the actor may not post anonymously, or not any more.

    Nor may they while what they write waits for approval: among the few of whom that is so, staff would see
    whose it is.
    """
    if anonymity_in(session, actor, conversation_id) is None or must_wait(session, actor):
        raise ConflictError
