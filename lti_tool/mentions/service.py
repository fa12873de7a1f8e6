"""Recording mentions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import events
from lti_tool.core.actor import Actor
from lti_tool.mentions.events import Mentioned
from lti_tool.mentions.models import Mention, MentionKind
from lti_tool.mentions.tokens import STAFF, mentioned
from lti_tool.people.models import Group
from lti_tool.statements.recorder import Activity, Unnamed

MOST_IN_A_POST = 20


def note_mentions(
    session: Session,
    actor: Actor,
    *,
    post_id: UUID,
    statement_id: UUID,
    conversation: Activity,
    html: Sequence[str],
    unnamed: Unnamed | None = None,
) -> None:
    """Record the people that a new or changed post mentions, and publish events for new mentions.

    `html` is all that was rendered of it. For statements, `conversation` is where it stands, and `unnamed` is
    an author who posted anonymously. Not oneself, and the first twenty.
    """
    named = [it for it in mentioned("".join(html)) if it != str(actor.person_id)][:MOST_IN_A_POST]
    if not named:
        return
    keys = [UUID(it) for it in named if it != STAFF]
    groups = set(session.scalars(select(Group.id).where(Group.id.in_(keys))))
    rows = [_row(actor, post_id, it, groups) for it in named]
    new = session.scalars(insert(Mention).on_conflict_do_nothing().returning(Mention), rows).all()
    for mention in new:
        events.record(session, Mentioned(actor, mention, statement_id, conversation, unnamed))


def _row(actor: Actor, post_id: UUID, named: str, groups: set[UUID]) -> dict[str, Any]:
    key = None if named == STAFF else UUID(named)
    kind = MentionKind.STAFF if key is None else MentionKind.GROUP if key in groups else MentionKind.PERSON
    return {
        "course_id": actor.course_id,
        "post_id": post_id,
        "kind": kind,
        "person_id": key if kind is MentionKind.PERSON else None,
        "group_id": key if kind is MentionKind.GROUP else None,
    }
