"""Which score is next for a platform, and what became of it. All times are the database's.

A platform is one worker's at a time: no older score overtakes a newer one, and no column is made twice.
Every mark names the change that it is about: an answer for an older one never marks a newer one.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Interval,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from lti_tool.courses.models import Course, Placement
from lti_tool.grades.due import Due, read_activity, read_due
from lti_tool.grades.grading import as_number
from lti_tool.grades.line_items import Column, GradedActivity
from lti_tool.grades.models import LineItem, Problem, Score, ScoreDelivery
from lti_tool.people.models import Person
from lti_tool.platforms.models import Deployment, Registration

LEASE = timedelta(seconds=120)
"""Longer than one request may take with its token; it is renewed before each."""
_now = func.clock_timestamp()


def take(session: Session, registration_id: UUID, lease_id: UUID) -> bool:
    """Become the one who sends to this platform; False while another does, or it is at rest or disabled."""
    session.execute(insert(ScoreDelivery).values(registration_id=registration_id).on_conflict_do_nothing())
    taken = session.execute(
        update(ScoreDelivery)
        .where(
            ScoreDelivery.registration_id == registration_id,
            ScoreDelivery.registration_id == Registration.id,
            Registration.active,
            _is_free(),
        )
        .values(lease_id=lease_id, lease_until=_now + LEASE)
        .returning(ScoreDelivery.lease_id)
        .execution_options(synchronize_session=False)
    )
    return taken.one_or_none() is not None


def renew(session: Session, lease_id: UUID) -> bool:
    """Hold the platform for another lease; False when it is another worker's by now."""
    renewed = session.execute(
        update(ScoreDelivery)
        .where(ScoreDelivery.lease_id == lease_id)
        .values(lease_until=_now + LEASE)
        .returning(ScoreDelivery.registration_id)
        .execution_options(synchronize_session=False)
    )
    return renewed.one_or_none() is not None


def next_due(session: Session, registration_id: UUID, lease_id: UUID) -> Due | None:
    """The score that has waited longest; where none waits, the platform is released.

    The delivery's row stays locked from the look to the release: a score that is committed after the look
    has a job whose `take` waits for that, and then finds the platform free. A score whose sending breaks off
    goes behind all others.
    """
    if not renew(session, lease_id):
        return None
    row = session.execute(
        select(Score, Person.sub, Placement, Course, LineItem)
        .join(Person, Person.id == Score.person_id)
        .join(Placement, Placement.id == Score.placement_id)
        .join(Course, Course.id == Score.course_id)
        .outerjoin(LineItem, LineItem.placement_id == Score.placement_id)
        .where(Score.registration_id == registration_id, Score.due_at <= _now)
        .order_by(Score.due_at, Score.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        _release(session, lease_id)
        return None
    due = read_due(*row)
    _change(session, due, due_at=_now + LEASE)
    return due


def next_look(session: Session, registration_id: UUID, lease_id: UUID) -> GradedActivity | None:
    """The activity whose column staff wait for longest. It is looked at once, whatever comes of it."""
    if not renew(session, lease_id):
        return None
    row = session.execute(
        select(Placement, Course, LineItem)
        .join(Course, Course.id == Placement.course_id)
        .join(LineItem, LineItem.placement_id == Placement.id)
        .where(looks_due(registration_id))
        .order_by(LineItem.look_at)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    placement, course, line_item = row
    session.execute(
        update(LineItem)
        .where(LineItem.placement_id == placement.id)
        .values(look_at=None)
        .execution_options(synchronize_session=False)
    )
    return read_activity(placement, course, line_item)


def looks_due(registration_id: UUID) -> ColumnElement[bool]:
    """Of columns, with their courses."""
    theirs = select(Deployment.id).where(Deployment.registration_id == registration_id)
    return and_(LineItem.look_at <= _now, Course.deployment_id.in_(theirs))


def keep_column(session: Session, activity: GradedActivity, column: Column) -> None:
    """What we found the column to be: from now on, the one truth about the activity's points."""
    points = activity.points if column.maximum is None else column.maximum
    here = update(Placement).where(Placement.id == activity.placement_id)
    session.execute(
        here.where(Placement.line_item_url.is_distinct_from(column.url))
        .values(line_item_url=column.url)
        .execution_options(synchronize_session=False)
    )
    if points != activity.points:
        # Whoever set other points here meanwhile is newer than this.
        before = None if activity.points is None else cast(float(activity.points), JSONB)
        session.execute(
            here.where(Placement.settings["points"].is_not_distinct_from(before))
            .values(settings=Placement.settings.op("||")(cast({"points": as_number(points)}, JSONB)))
            .execution_options(synchronize_session=False)
        )
    seen = {
        "label": activity.label,
        "points": points,
        "maximum": column.maximum,
        "checked_at": _now,
        "gone_at": None,
    }
    session.execute(
        insert(LineItem)
        .values(placement_id=activity.placement_id, **seen)
        .on_conflict_do_update(index_elements=["placement_id"], set_=seen)
    )


def mark_column_gone(session: Session, activity: GradedActivity) -> None:
    """The platform has none for it. One that was there before is gone."""
    session.execute(
        update(LineItem)
        .where(LineItem.placement_id == activity.placement_id)
        .values(
            checked_at=_now,
            maximum=None,
            gone_at=case((literal(activity.line_item_url is not None), _now), else_=LineItem.gone_at),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Placement)
        .where(Placement.id == activity.placement_id, Placement.line_item_url == activity.line_item_url)
        .values(line_item_url=None)
        .execution_options(synchronize_session=False)
    )


def mark_sent(session: Session, registration_id: UUID, due: Due) -> None:
    """The platform has acknowledged this change; a newer one stays due."""
    is_newest = Score.changed_at == due.change
    session.execute(
        update(Score)
        .where(
            Score.id == due.score_id,
            or_(Score.sent_change.is_(None), Score.sent_change < due.change),
        )
        .values(
            sent_change=due.change,
            sent_at=_now,
            due_at=case((is_newest, null()), else_=Score.due_at),
            problem=case((is_newest, null()), else_=Score.problem),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(ScoreDelivery)
        .where(ScoreDelivery.registration_id == registration_id, ScoreDelivery.failures > 0)
        .values(failures=0)
    )


def mark_parked(session: Session, due: Due, problem: Problem) -> None:
    """Nothing more is tried with this change until somebody does something."""
    _change(session, due, due_at=None, problem=problem)


def mark_for_retry(session: Session, due: Due, delay: timedelta) -> None:
    _change(session, due, due_at=_now + delay, attempts=Score.attempts + 1, problem=Problem.UNAVAILABLE)


def renew_change(session: Session, due: Due) -> bool:
    """Make it a newer change with the same content, here too; False where staff have made one already."""
    change = session.scalar(
        update(Score)
        .where(Score.id == due.score_id, Score.changed_at == due.change)
        .values(changed_at=next_change(), due_at=_now + LEASE)
        .returning(Score.changed_at)
        .execution_options(synchronize_session=False)
    )
    if change is not None:
        due.become(change)
    return change is not None


def pause(session: Session, lease_id: UUID, delay: timedelta) -> None:
    """Release the platform, and leave it alone for a while."""
    session.execute(
        update(ScoreDelivery)
        .where(ScoreDelivery.lease_id == lease_id)
        .values(
            paused_until=_now + delay, failures=ScoreDelivery.failures + 1, lease_id=None, lease_until=None
        )
    )


def _release(session: Session, lease_id: UUID) -> None:
    session.execute(
        update(ScoreDelivery)
        .where(ScoreDelivery.lease_id == lease_id)
        .values(lease_id=None, lease_until=None)
    )


def rest(session: Session, registration_id: UUID) -> timedelta | None:
    """How long the platform is still left alone; None where it is not."""
    remaining = session.scalar(
        select(type_coerce(ScoreDelivery.paused_until - _now, Interval)).where(
            ScoreDelivery.registration_id == registration_id
        )
    )
    return remaining if remaining and remaining > timedelta(0) else None


def failures(session: Session, registration_id: UUID) -> int:
    """How often in a row this platform has not answered."""
    return session.scalars(
        select(ScoreDelivery.failures).where(ScoreDelivery.registration_id == registration_id)
    ).one()


def next_change() -> ColumnElement[Any]:
    """The row's next `changed_at`, by the database's clock and rising even where that stands still."""
    return func.greatest(_now, Score.changed_at + literal("1 microsecond").cast(Interval))


def registrations_due(session: Session) -> Sequence[UUID]:
    """Whose scores or columns wait, with nobody busy there and no pause."""
    scores = select(Score.registration_id).where(Score.due_at <= _now)
    columns = (
        select(Deployment.registration_id)
        .join(Course, Course.deployment_id == Deployment.id)
        .join(Placement, Placement.course_id == Course.id)
        .join(LineItem, LineItem.placement_id == Placement.id)
        .where(LineItem.look_at <= _now)
    )
    return session.scalars(
        select(Registration.id)
        .outerjoin(ScoreDelivery, ScoreDelivery.registration_id == Registration.id)
        .where(Registration.id.in_(scores.union(columns)), Registration.active, _is_free())
    ).all()


def _is_free() -> ColumnElement[bool]:
    return and_(
        or_(ScoreDelivery.lease_until.is_(None), ScoreDelivery.lease_until < _now),
        or_(ScoreDelivery.paused_until.is_(None), ScoreDelivery.paused_until < _now),
    )


def _change(session: Session, due: Due, /, **values: object) -> None:
    session.execute(
        update(Score)
        .where(Score.id == due.score_id, Score.changed_at == due.change)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
