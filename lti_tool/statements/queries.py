"""Claiming rows for delivery, and marking what became of them. All times are the database's."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, text, update
from sqlalchemy.orm import Session

from lti_tool.statements.models import VOID_EVENT, StatementRow, StatementState
from lti_tool.statements.targets import STORE_KEY, key_parameters

LEASE = timedelta(seconds=120)
"""Longer than one answer may take; it is renewed before a request when a part of it is over."""

_now = func.clock_timestamp()

# A voiding statement waits while what it takes back is on its way (reference: xapi.md section 5, rule 8).
# A scalar subquery: of `exists` the planner might make a table of all that waits.
_DUE = f"""
    statement.state = 'pending' and statement.due_at <= clock_timestamp()
    and (statement.lease_until is null or statement.lease_until < clock_timestamp())
    and (
        statement.event <> '{VOID_EVENT}'
        or (select target.state from statement as target where target.id = statement.subject_id)
            is distinct from 'pending'
    )
"""  # noqa: S608  # parts of our own
# Chosen once: a subquery may be run again for each row of a loop, and would lock others each time.
_CLAIM = text(
    f"""
    with due as materialized (
        select own.id from unnest(cast(:registrations as uuid[])) as registration (id)
        cross join lateral (
            select id from statement where statement.registration_id = registration.id and {_DUE}
            order by statement.seq limit :share for update skip locked
        ) as own
        limit :most
    )
    update statement
    set lease_id = :lease_id, lease_until = clock_timestamp() + :lease, attempts = attempts + 1
    from due where statement.id = due.id
    returning statement.seq, statement.id, statement.body, statement.attempts
    """  # noqa: S608  # parts of our own
)
_STORES_DUE = text(
    f"""
    with due as (
        select {STORE_KEY} as store, registration.id from registration
        where exists (select from statement where statement.registration_id = registration.id and {_DUE})
    )
    select due.store, due.id from due
    where not exists (
        select from circuit_breaker where circuit_breaker.store = due.store and until > clock_timestamp()
    )
    """  # noqa: S608
)
# The counters are taken in one order by all workers, so that none waits in a circle.
_SENT = text(
    """
    with sent as (
        update statement
        set state = 'sent', sent_at = clock_timestamp(), lease_id = null, last_error = null
        where id = any(:ids) and lease_id = :lease_id returning registration_id
    )
    insert into statement_count as kept (registration_id, sent, last_at)
    select registration_id, count(*), clock_timestamp() from sent
    group by registration_id order by registration_id
    on conflict (registration_id) do update set sent = kept.sent + excluded.sent, last_at = excluded.last_at
    """
)
# Once for each time that the store took something, so that a store that takes nothing counts no further.
_COUNT_POISON = text(
    f"""
    update statement set poison_count = poison_count + 1, poisoned_at = clock_timestamp()
    where id = :id and lease_id = :lease_id and (
        poisoned_at is null or poisoned_at < (
            select max(statement_count.last_at) from registration
            join statement_count on statement_count.registration_id = registration.id
            where {STORE_KEY} = :store
        )
    )
    returning poison_count
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A statement that this lease holds. `attempts` counts this one too."""

    id: UUID
    body: str
    attempts: int


def stores_due(session: Session) -> Mapping[str, Sequence[UUID]]:
    """The registrations for which `claim` finds something, by their stores, but those in trouble.

    It stops at the first row of each, however many wait.
    """
    found: defaultdict[str, list[UUID]] = defaultdict(list)
    for store, registration_id in session.execute(_STORES_DUE, key_parameters(session)):
        found[store].append(registration_id)
    return found


def claim(session: Session, registrations: Sequence[UUID], *, lease_id: UUID, most: int) -> list[Claimed]:
    """The oldest rows of each registration that are due and nobody holds, in equal shares.

    Other workers' rows are passed over, not waited for.
    """
    taken = session.execute(
        _CLAIM,
        {
            "registrations": list(registrations),
            "share": -(-most // len(registrations)),
            "most": most,
            "lease_id": lease_id,
            "lease": LEASE,
        },
    ).all()
    return [Claimed(id=row.id, body=row.body, attempts=row.attempts) for row in sorted(taken)]


def renew(session: Session, lease_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Hold these rows for another lease; those that it still holds, and no other worker by now."""
    return set(_change(session, lease_id, ids, lease_until=_now + LEASE))


def mark_sent(session: Session, lease_id: UUID, ids: Sequence[UUID]) -> None:
    session.execute(_SENT, {"ids": list(ids), "lease_id": lease_id})


def mark_parked(session: Session, lease_id: UUID, ids: Sequence[UUID], reason: str) -> None:
    _change(session, lease_id, ids, state=StatementState.PARKED, lease_id=None, last_error=reason)


def mark_for_retry(
    session: Session, lease_id: UUID, ids: Sequence[UUID], delay: timedelta, reason: str
) -> None:
    _change(session, lease_id, ids, due_at=_now + delay, lease_id=None, lease_until=None, last_error=reason)


def count_as_poison(session: Session, lease_id: UUID, row_id: UUID, store: str) -> int:
    """The store failed on this statement alone and is well: how often by now, 0 where it was counted already.

    It counts once for each time that the store has taken other statements since.
    """
    values = {"id": row_id, "lease_id": lease_id, "store": store, **key_parameters(session)}
    return session.scalar(_COUNT_POISON, values) or 0


def give_back(session: Session, lease_id: UUID, ids: Sequence[UUID]) -> None:
    """Free what the lease still holds of these, as if it had not been claimed."""
    _change(session, lease_id, ids, attempts=StatementRow.attempts - 1, lease_id=None, lease_until=None)


def _change(session: Session, lease_id: UUID, ids: Sequence[UUID], /, **values: object) -> Sequence[UUID]:
    """Only what this lease still holds: a worker that slept over its lease changes nothing."""
    return session.scalars(
        update(StatementRow)
        .where(StatementRow.id.in_(ids), StatementRow.lease_id == lease_id)
        .values(**values)
        .returning(StatementRow.id)
        .execution_options(synchronize_session=False)
    ).all()
