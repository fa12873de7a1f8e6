"""How delivery stands: what waits, was sent and was parked, which stores are in trouble; sending again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, not_, select, text, update
from sqlalchemy.orm import Session, aliased

from lti_tool.core import clock
from lti_tool.statements.models import VOID_EVENT, CircuitBreaker, StatementRow, StatementState
from lti_tool.statements.targets import STORE_KEY, address_of, key_parameters

# Each count walks a partial index alone; what was sent is not counted but known. What is parked and was taken
# back waits for nobody.
_STANDING = text(
    f"""
    select registration.id, registration.issuer, registration.client_id, registration.label,
        {STORE_KEY} as store, coalesce(statement_count.sent, 0) as sent,
        waiting.count as waiting, parked.count as parked,
        oldest.created_at as oldest, oldest.attempts, oldest.last_error
    from registration
    left join statement_count on statement_count.registration_id = registration.id
    cross join lateral (
        select count(*) from statement where registration_id = registration.id and state = 'pending'
    ) as waiting
    left join (
        select registration_id, count(*) from statement where state = 'parked'
            and (select void.id from statement as void
                where void.subject_id = statement.id and void.event = '{VOID_EVENT}') is null
        group by registration_id
    ) as counted (registration_id, count) on counted.registration_id = registration.id
    cross join lateral (select coalesce(counted.count, 0)) as parked (count)
    left join lateral (
        select created_at, attempts, last_error from statement
        where registration_id = registration.id and state = 'pending' order by seq limit 1
    ) as oldest on true
    order by oldest.created_at, registration.id
    """  # noqa: S608  # parts of our own
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a registration's statements stand."""

    registration_id: UUID
    issuer: str
    client_id: str
    label: str | None
    store: str
    """The key of the store that they go to."""
    sent: int
    waiting: int
    parked: int
    oldest: datetime | None
    """When the one that waits longest was made."""
    attempts: int | None
    """How often that one was sent in vain."""
    last_error: str | None

    @property
    def address(self) -> str:
        return address_of(self.store)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A store that has taken nothing since it failed."""

    store: str
    failures: int
    since: datetime
    until: datetime | None
    """It is left alone until then, and tried again; None while its failures are few."""
    reason: str

    @property
    def address(self) -> str:
        return address_of(self.store)


@dataclass(frozen=True, slots=True)
class Parked:
    """A statement that its record store will not take."""

    seq: int
    id: UUID
    registration_id: UUID
    event: str
    created_at: datetime
    attempts: int
    reason: str
    is_voided: bool
    """Whether it was taken back meanwhile: then it is not sent again."""


def standings(session: Session) -> Sequence[Standing]:
    """Of all registrations, the longest waiting first."""
    return [Standing(*row) for row in session.execute(_STANDING, key_parameters(session))]


def troubles(session: Session) -> Sequence[Trouble]:
    """The stores in trouble, the longest first."""
    rows = session.scalars(select(CircuitBreaker).order_by(CircuitBreaker.since))
    return [Trouble(row.store, row.failures, row.since, row.until, row.reason) for row in rows]


def parked(session: Session, *, most: int, before: int | None = None) -> Sequence[Parked]:
    """The newest parked statements, from below a `seq` on."""
    query = select(StatementRow, _is_voided()).where(StatementRow.state == StatementState.PARKED)
    if before is not None:
        query = query.where(StatementRow.seq < before)
    return [
        Parked(
            row.seq,
            row.id,
            row.registration_id,
            row.event,
            row.created_at,
            row.attempts,
            row.last_error or "",
            is_voided,
        )
        for row, is_voided in session.execute(query.order_by(StatementRow.seq.desc()).limit(most))
    ]


def _is_voided() -> ColumnElement[bool]:
    """Of statements: whether one was recorded that takes it back."""
    void = aliased(StatementRow)
    # A scalar subquery: of `exists` the planner might make a table of all voids.
    its_void = select(void.id).where(void.subject_id == StatementRow.id, void.event == VOID_EVENT)
    return its_void.scalar_subquery().is_not(None)


def send_parked_again(
    session: Session, *, registration_id: UUID | None = None, statement_id: UUID | None = None
) -> int:
    """Let parked statements be tried once more; returns how many. A worker takes them up.

    All of them, those of one registration, or one; none where it is not parked (any more), or was voided:
    its voiding statement did not wait for it.
    """
    wanted = [StatementRow.state == StatementState.PARKED]
    if registration_id:
        wanted.append(StatementRow.registration_id == registration_id)
    if statement_id:
        wanted.append(StatementRow.id == statement_id)
    # First the locks, so that a voiding statement that is just being recorded is seen, or waits for this one.
    session.execute(select(StatementRow.id).where(*wanted).order_by(StatementRow.seq).with_for_update()).all()
    changed = session.execute(
        update(StatementRow)
        .where(*wanted, not_(_is_voided()))
        .values(
            state=StatementState.PENDING,
            attempts=0,
            poison_count=0,
            poisoned_at=None,
            due_at=clock.now(),
            lease_id=None,
            lease_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", changed).rowcount
