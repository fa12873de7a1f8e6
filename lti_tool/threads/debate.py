"""Debates: everybody argues one of two sides, and once the sides are switched the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from lti_tool.conversation_pages.views import ConversationView
from lti_tool.core.actor import Actor
from lti_tool.core.db import insert_once
from lti_tool.core.errors import RefusedError
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import Shape, shape_of
from lti_tool.posts.models import Conversation
from lti_tool.posts.writing import Writing
from lti_tool.threads.models import DebateSide


class SideMissingError(RefusedError):
    """A learner argues without having said for which side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debate:
    """How a debate stands for somebody."""

    counts: Sequence[int]
    """How many argue each side now."""
    own: int | None
    """The side that one argues now, under one's name; None for not chosen yet."""
    own_anonymous: int | None


def debate_of(session: Session, actor: Actor, thread: ConversationView) -> Debate | None:
    """One query in a debate; none elsewhere."""
    if thread.shape is not Shape.DEBATE:
        return None
    is_own = DebateSide.person_id == actor.person_id
    rows = session.execute(
        select(
            DebateSide.side,
            func.count(),
            func.bool_or(and_(is_own, DebateSide.is_anonymous.is_(False))),
            func.bool_or(and_(is_own, DebateSide.is_anonymous)),
        )
        .where(DebateSide.conversation_id == thread.id)
        .group_by(DebateSide.side)
    ).all()
    switch = int(thread.schedule.is_switched)
    found = {side ^ switch: (count, own, anonymous) for side, count, own, anonymous in rows}
    return Debate(
        counts=[found[side][0] if side in found else 0 for side in (0, 1)],
        own=next((side for side, it in found.items() if it[1]), None),
        own_anonymous=next((side for side, it in found.items() if it[2]), None),
    )


def side_of_post(
    session: Session, actor: Actor, thread: Conversation, chosen: int | None, writing: Writing
) -> int | None:
    """Which side a post of the actor argues now; None elsewhere than in a debate.

    What was chosen first in the thread stands. Staff need none; raises SideMissingError for a learner. One
    query in a debate, two with the choice.
    """
    placement = _placement_of_debate(session, actor, thread)
    if placement is None:
        return None
    key = {"conversation_id": thread.id, "person_id": actor.person_id, "is_anonymous": writing.anonymous}
    switch = int(placement.schedule.is_switched)
    standing = session.get(DebateSide, tuple(key.values()))
    if standing is None:
        if chosen is None and actor.role.is_staff:
            return None
        if chosen is None:
            raise SideMissingError
        standing, _ = insert_once(session, DebateSide, key=tuple(key), **key, side=chosen ^ switch)
    return standing.side ^ switch


def _placement_of_debate(session: Session, actor: Actor, thread: Conversation) -> Placement | None:
    """None, and no query in the actor's own activity, where it is no debate."""
    if thread.placement_id == actor.placement_id and actor.here.shape != Shape.DEBATE:
        return None
    placement = session.get_one(Placement, thread.placement_id)
    return placement if shape_of(placement.settings) is Shape.DEBATE else None
