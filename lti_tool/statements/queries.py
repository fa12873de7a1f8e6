"""Claiming rows for delivery, and marking what became of them. All times are the database's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, column, func, or_, select, table, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.statements.models import DeliveryPause, StatementRow, StatementState

LEASE = timedelta(seconds=120)
"""Longer than one answer may take; it is renewed before each request."""

_now = func.clock_timestamp()
# By its name: this package knows no platforms (import-linter).
_registration = table("registration", column("id", Uuid[UUID](as_uuid=True))).c.id


@dataclass(frozen=True, slots=True)
class Claimed:
    """A statement that this lease holds. `attempts` counts this one too."""

    id: UUID
    body: str
    attempts: int


def claim(session: Session, registration_id: UUID, *, lease_id: UUID, limit: int) -> list[Claimed]:
    """The oldest rows that are due and nobody holds; other workers' rows are passed over, not waited for."""
    due = (
        _claimable(registration_id)
        .order_by(StatementRow.seq)
        .limit(limit)
        .with_for_update(skip_locked=True)
        # Chosen once: a subquery may be run again for each row of a loop, and would lock others each time.
        .cte("due")
        .prefix_with("MATERIALIZED")
    )
    taken = session.execute(
        update(StatementRow)
        .where(StatementRow.id == due.c.id)
        .values(lease_id=lease_id, lease_until=_now + LEASE, attempts=StatementRow.attempts + 1)
        .returning(StatementRow.seq, StatementRow.id, StatementRow.body, StatementRow.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    return [Claimed(id=row.id, body=row.body, attempts=row.attempts) for row in sorted(taken)]


def renew(session: Session, lease_id: UUID, ids: Sequence[UUID]) -> bool:
    """Hold these rows for another lease; False when any of them is another worker's by now."""
    return _change(session, lease_id, ids, lease_until=_now + LEASE) == len(ids)


def mark_sent(session: Session, lease_id: UUID, ids: Sequence[UUID]) -> None:
    _change(session, lease_id, ids, state=StatementState.SENT, sent_at=_now, lease_id=None, last_error=None)


def mark_parked(session: Session, lease_id: UUID, ids: Sequence[UUID], reason: str) -> None:
    _change(session, lease_id, ids, state=StatementState.PARKED, lease_id=None, last_error=reason)


def mark_for_retry(
    session: Session, lease_id: UUID, ids: Sequence[UUID], delay: timedelta, reason: str
) -> None:
    _change(session, lease_id, ids, due_at=_now + delay, lease_id=None, lease_until=None, last_error=reason)


def pause(session: Session, registration_id: UUID, delay: timedelta, reason: str) -> None:
    """Leave this registration's record store alone for a while, and keep why."""
    values = {"until": _now + delay, "reason": reason}
    session.execute(
        insert(DeliveryPause)
        .values(registration_id=registration_id, **values)
        .on_conflict_do_update(index_elements=["registration_id"], set_=values)
    )


def give_back(session: Session, lease_id: UUID, ids: Sequence[UUID]) -> None:
    """Free what the lease still holds of these, as if it had not been claimed."""
    _change(session, lease_id, ids, attempts=StatementRow.attempts - 1, lease_id=None, lease_until=None)


def end_pause(session: Session, registration_id: UUID) -> None:
    session.execute(text("delete from delivery_pause where registration_id = :id"), {"id": registration_id})


def registrations_with_due_rows(session: Session) -> Sequence[UUID]:
    """Those for which `claim` finds something. It stops at the first row of each, however many wait."""
    return session.scalars(select(_registration).where(_claimable(_registration).exists())).all()


def _claimable(registration_id: UUID | ColumnElement[UUID]) -> Select[UUID]:
    paused = select(DeliveryPause).where(
        DeliveryPause.registration_id == registration_id, DeliveryPause.until > _now
    )
    return select(StatementRow.id).where(
        StatementRow.registration_id == registration_id,
        StatementRow.state == StatementState.PENDING,
        StatementRow.due_at <= _now,
        or_(StatementRow.lease_until.is_(None), StatementRow.lease_until < _now),
        ~paused.exists(),
    )


def _change(session: Session, lease_id: UUID, ids: Sequence[UUID], /, **values: object) -> int:
    """Only what this lease still holds: a worker that slept over its lease changes nothing."""
    done = session.execute(
        update(StatementRow)
        .where(StatementRow.id.in_(ids), StatementRow.lease_id == lease_id)
        .values(**values)
        .returning(StatementRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())
