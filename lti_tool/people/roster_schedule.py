"""When a course's roster is to be read: while somebody is in the course, and else now and then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.db import find_one
from lti_tool.courses.models import Course
from lti_tool.people.models import RosterSync
from lti_tool.people.roster_changes import Applied

_IN_USE = timedelta(minutes=8)
"""With the minute until the next sweep and the reading itself, who was removed is out within 15 minutes."""
_QUIET = timedelta(hours=1)
_FRESH = timedelta(minutes=10)
"""A roster no older than this is not read anew because staff come in."""
_ASKED_EVERY = timedelta(seconds=30)
"""However often the button is pressed."""
_USED = timedelta(days=30)
_NOTED_EVERY = timedelta(days=1)
_LEASE = timedelta(minutes=20)
"""When nothing is heard of a job by then, it is asked for again. Reading takes ten minutes at most."""
_FIRST_RETRY = timedelta(minutes=1)
_MOST_AT_ONCE = 500
_spread = SystemRandom().uniform


def note_launch(session: Session, *, course_id: UUID, is_staff: bool) -> bool:
    """Somebody came in: whether the roster is to be read at once. No query where the launch read both rows.

    It is when it was never read, and when staff come in and it is older than ten minutes; and soon, when
    somebody comes into a course that was quiet. After a failure the next attempt keeps its time.
    """
    now = clock.now()
    if session.get_one(Course, course_id).roster_url is None:
        return False
    sync = find_one(session, RosterSync, course_id=course_id)
    if sync is None:
        new = insert(RosterSync).values(course_id=course_id, launched_at=now, due_at=now)
        session.execute(new.on_conflict_do_nothing())
        return True
    wanted = _wanted(sync, now, is_staff=is_staff)
    if wanted < sync.due_at or sync.launched_at < now - _NOTED_EVERY:
        _hasten(session, course_id, wanted, launched_at=now)
    return wanted <= now


def _wanted(sync: RosterSync, now: datetime, *, is_staff: bool) -> datetime:
    """When to read it next, now that somebody came in."""
    is_asked_for = sync.asked_at is not None and (sync.tried_at is None or sync.tried_at < sync.asked_at)
    if sync.problem is not None or is_asked_for:
        return sync.due_at
    is_old = sync.synced_at is None or (is_staff and sync.synced_at < now - _FRESH)
    return now if is_old else min(sync.due_at, now + _IN_USE)


def _hasten(session: Session, course_id: UUID, due_at: datetime, *, launched_at: datetime) -> None:
    """Without waiting for anybody: who holds the row is about to do the same."""
    free = select(RosterSync.course_id).filter_by(course_id=course_id).with_for_update(skip_locked=True)
    session.execute(
        update(RosterSync)
        .where(RosterSync.course_id.in_(free))
        .values(due_at=func.least(RosterSync.due_at, due_at), launched_at=launched_at)
        .execution_options(synchronize_session=False)
    )


def ask_now(session: Session, *, course_id: UUID) -> bool:
    """Staff want it now: whether the platform is to be asked (it may have asked us to wait)."""
    now = clock.now()
    new = insert(RosterSync).values(course_id=course_id, launched_at=now, due_at=now)
    asked = session.execute(
        new.on_conflict_do_update(
            index_elements=["course_id"],
            set_={"due_at": now, "launched_at": now},
            where=and_(
                or_(RosterSync.wait_until.is_(None), RosterSync.wait_until <= now),
                or_(RosterSync.asked_at.is_(None), RosterSync.asked_at < now - _ASKED_EVERY),
            ),
        ).returning(RosterSync.course_id)
    )
    return asked.one_or_none() is not None


def take_due(session: Session, *, course_id: UUID | None = None) -> Sequence[UUID]:
    """The courses whose roster is due, each given to one caller alone; of one course, or of all."""
    now = clock.now()
    waiting = (
        select(RosterSync.course_id)
        .where(RosterSync.due_at <= now, RosterSync.launched_at > now - _USED)
        .order_by(RosterSync.due_at)
        .limit(_MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    if course_id is not None:
        waiting = waiting.where(RosterSync.course_id == course_id)
    # Chosen once: a subquery may be run again for each row of a loop, and would lock others each time.
    due = waiting.cte("due").prefix_with("MATERIALIZED")
    taken = session.scalars(
        update(RosterSync)
        .where(RosterSync.course_id == due.c.course_id)
        .values(asked_at=now, due_at=now + _LEASE)
        .returning(RosterSync.course_id)
        .execution_options(synchronize_session=False)
    )
    return taken.all()


def note_applied(
    sync: RosterSync, *, began: datetime, applied: Applied, member_count: int, is_in_use: bool
) -> None:
    """The roster was read to its end, and applied as far as it may be."""
    sync.tried_at = sync.synced_at = began
    sync.member_count = member_count
    sync.failures, sync.problem, sync.wait_until = 0, None, None
    sync.gone_since = (sync.gone_since or began) if applied.missing else None
    sync.gone_count, sync.gone_of = (applied.missing, applied.present) if applied.missing else (0, 0)
    # A little earlier or later, so that courses that began together don't stay together.
    sync.due_at = clock.now() + (_IN_USE if is_in_use else _QUIET * _spread(0.8, 1.0))


def note_failed(
    sync: RosterSync, *, began: datetime, problem: str, retry_after: float | None, is_final: bool
) -> None:
    """It could not be read: try again soon, then less and less often, and never before the platform says.

    `is_final` where the platform refused, and asking again soon is of no use.
    """
    now = clock.now()
    sync.tried_at, sync.problem = began, problem
    wait = _QUIET if is_final else min(_FIRST_RETRY * 2 ** min(sync.failures, 10), _QUIET)
    sync.failures += 1
    sync.wait_until = None if retry_after is None else now + timedelta(seconds=retry_after)
    sync.due_at = max(now + wait * _spread(0.8, 1.0), sync.wait_until or now)
