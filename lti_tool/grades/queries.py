"""What the pages of scores show."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.grades.grading import is_graded_learner, maximum_of
from lti_tool.grades.models import LineItem, Problem, Score
from lti_tool.grades.service import access_gradebook, access_score
from lti_tool.people.models import Membership, Person
from lti_tool.people.naming import called
from lti_tool.posts.audiences import may_read
from lti_tool.posts.models import Conversation, Post

ROWS_A_PAGE = 30


class ScoreState(StrEnum):
    """Where a learner's score is on its way into the gradebook."""

    NONE = "none"
    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """A learner's score as it is shown."""

    person_id: UUID
    name: str
    points: Decimal | None
    out_of: Decimal | None
    """What the points were out of when they were given."""
    maximum: Decimal
    """What new points are out of."""
    comment: str
    state: ScoreState
    problem: Problem | None
    sent_at: datetime | None

    @property
    def points_now(self) -> Decimal | None:
        """The points on the scale that new ones have."""
        if self.points is None or not self.out_of:
            return None
        return round(self.points / self.out_of * self.maximum, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One line of the list: a learner, how often they contributed to the activity, and their score."""

    contributions: int
    score: ScoreView


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """The platform's column as we last saw it."""

    maximum: Decimal | None
    """None where it was not seen yet, may not be read, or is not there."""
    seen_at: datetime | None
    is_gone: bool
    """Whether somebody deleted it there."""


def column_here(session: Session, actor: Actor) -> ColumnView:
    """That of the actor's activity, for staff. One query."""
    return column_view(access_gradebook(session, actor)[1])


def column_view(line_item: LineItem | None) -> ColumnView:
    return ColumnView(
        maximum=line_item.maximum if line_item else None,
        seen_at=line_item.checked_at if line_item else None,
        is_gone=line_item is not None and line_item.gone_at is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresPage:
    maximum: Decimal | None
    """None for an activity that is not graded."""
    column: ColumnView
    rows: list[ScoreRow]
    next: UUID | None
    """The person after whom the next page begins."""
    stuck: int
    """How many of the activity's scores wait for somebody to do something."""


def scores_page(session: Session, actor: Actor, *, after: UUID | None) -> ScoresPage:
    """Thirty of the course's learners by name, with their scores in the actor's activity. Three queries.

    Who has left the course is there as long as they have a score.
    """
    placement, line_item = access_gradebook(session, actor)
    maximum = maximum_of(placement)
    column = column_view(line_item)
    if maximum is None:
        return ScoresPage(maximum=None, column=column, rows=[], next=None, stuck=0)
    place = tuple_(func.lower(Person.name), Person.id)
    query = (
        select(Person.id, called(), Score, _contributions(actor))
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Score, (Score.person_id == Person.id) & (Score.placement_id == actor.placement_id))
        .where(is_graded_learner(actor.course_id), or_(Membership.left_at.is_(None), Score.id.is_not(None)))
        .order_by(func.lower(Person.name), Person.id)
        .limit(ROWS_A_PAGE + 1)
    )
    if after is not None:
        query = query.where(place > tuple_(_name_of(actor, after), literal(after)))
    found = session.execute(query).all()
    rows = [
        ScoreRow(contributions=count, score=_view(person_id, name, maximum, score))
        for person_id, name, score, count in found[:ROWS_A_PAGE]
    ]
    more = len(found) > ROWS_A_PAGE
    return ScoresPage(
        maximum=maximum,
        column=column,
        rows=rows,
        next=rows[-1].score.person_id if more else None,
        stuck=_stuck(session, actor),
    )


def score_view(session: Session, actor: Actor, person_id: UUID) -> ScoreView:
    """A learner's score in the actor's activity, for staff. Two queries."""
    learner = access_score(session, actor, person_id)
    return _view(learner.person_id, learner.name, learner.maximum, learner.score)


def _contributions(actor: Actor) -> ColumnElement[int]:
    """How many of a person's posts in the activity are under their name, where the actor may read them."""
    return (
        select(func.count())
        .select_from(Post)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(
            Post.author_id == Person.id,
            Post.pseudonym.is_(None),
            Conversation.placement_id == actor.placement_id,
            may_read(actor),
        )
        .correlate(Person)
        .scalar_subquery()
    )


def _name_of(actor: Actor, person_id: UUID) -> ColumnElement[str]:
    """The name where the page begins; of somebody of this course, or it begins at the start."""
    known = (
        select(func.lower(Person.name))
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.id == person_id, Membership.course_id == actor.course_id)
        .scalar_subquery()
    )
    return func.coalesce(known, "")


def _stuck(session: Session, actor: Actor) -> int:
    found = session.scalar(
        select(func.count())
        .select_from(Score)
        .join(Person, Person.id == Score.person_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Score.placement_id == actor.placement_id,
            Score.due_at.is_(None),
            Score.problem.is_not(None),
            is_graded_learner(actor.course_id),
        )
    )
    return found or 0


def _view(person_id: UUID, name: str, maximum: Decimal, score: Score | None) -> ScoreView:
    return ScoreView(
        person_id=person_id,
        name=name,
        points=score.points if score else None,
        out_of=score.maximum if score else None,
        maximum=maximum,
        comment=score.comment if score else "",
        state=_state(score),
        problem=score.problem if score else None,
        sent_at=score.sent_at if score else None,
    )


def _state(score: Score | None) -> ScoreState:
    if score is None:
        return ScoreState.NONE
    if score.due_at is not None:
        return ScoreState.ON_ITS_WAY
    return ScoreState.STUCK if score.problem is not None else ScoreState.SENT
