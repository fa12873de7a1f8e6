"""Delivering statements: claim, send outside any transaction, act on the answer."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.ids import new_random_id
from lti_tool.statements import queries
from lti_tool.statements.queries import Claimed
from lti_tool.statements.targets import client_for
from xapi.client import RecordStoreClient, StoreUnreachable
from xapi.comparison import same_statement
from xapi.delivery import BATCH_SIZE, MAX_BATCH_BYTES, Decision, Kind, decide

log = structlog.get_logger(__name__)

_AT_ONCE = timedelta(0)
_COMPARE_AGAIN = timedelta(minutes=1)


def registrations_due(sessions: sessionmaker[Session]) -> Sequence[UUID]:
    with unit_of_work(sessions) as session:
        return queries.registrations_with_due_rows(session)


def deliver_due(
    sessions: sessionmaker[Session], registration_id: UUID, stopping: Event | None = None
) -> timedelta | None:
    """Send batch after batch until nothing is due, the record store wants to be left alone, or one stops.

    Returns for how long to leave the store alone, or None.
    """
    with unit_of_work(sessions) as session:
        client = client_for(session, registration_id)
    with client:
        while not (stopping and stopping.is_set()):
            lease_id = new_random_id()
            with unit_of_work(sessions) as session:
                batch = queries.claim(session, registration_id, lease_id=lease_id, limit=BATCH_SIZE)
            if not batch:
                return None
            again = _send_parts(_Delivery(sessions, registration_id, client, lease_id), _by_size(batch))
            if again is not None:
                with unit_of_work(sessions) as session:
                    queries.give_back(session, lease_id, [row.id for row in batch])
                return again
    return None


def _send_parts(delivery: "_Delivery", parts: list[list[Claimed]]) -> timedelta | None:
    for part in parts:
        again = delivery.send(part)
        if again is not None:
            return again
    return None


def _by_size(batch: list[Claimed]) -> list[list[Claimed]]:
    """Parts of at most MAX_BATCH_BYTES each (a single larger one stays alone)."""
    parts: list[list[Claimed]] = [[]]
    size = 0
    for row in batch:
        length = len(row.body.encode()) + 1
        if parts[-1] and size + length > MAX_BATCH_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += length
    return parts


@dataclass(frozen=True, slots=True)
class _Delivery:
    """The sending of what one lease holds."""

    sessions: sessionmaker[Session]
    registration_id: UUID
    client: RecordStoreClient
    lease_id: UUID

    def send(self, rows: list[Claimed]) -> timedelta | None:
        """None: go on. Otherwise: stop here and come back after that time."""
        with unit_of_work(self.sessions) as session:
            if not queries.renew(session, self.lease_id, [row.id for row in rows]):
                return _AT_ONCE
        decision = decide(
            self.client.post_statements([row.body for row in rows]),
            batch_size=len(rows),
            attempts=max(row.attempts for row in rows) - 1,
            now=clock.now(),
            jitter=random.random(),  # noqa: S311  # spreads retries, keeps no secret
        )
        if decision.kind is not Kind.DELIVERED:
            log.warning(
                "statements_not_taken", registration=str(self.registration_id), decision=decision.kind.name
            )
        if decision.kind is Kind.SPLIT:
            middle = len(rows) // 2
            return _send_parts(self, [rows[:middle], rows[middle:]])
        if decision.kind is Kind.COMPARE:
            return self._compare(rows[0])
        return self._mark(decision, [row.id for row in rows])

    def _mark(self, decision: Decision, ids: list[UUID]) -> timedelta | None:
        delay = decision.delay or _AT_ONCE
        with unit_of_work(self.sessions) as session:
            if decision.kind is Kind.DELIVERED:
                queries.mark_sent(session, self.lease_id, ids)
                queries.end_pause(session, self.registration_id)
                return None
            if decision.kind is Kind.PARK:
                queries.mark_parked(session, self.lease_id, ids, decision.reason)
                return None
            if decision.kind is Kind.PAUSE:
                queries.pause(session, self.registration_id, delay, decision.reason)
            else:
                queries.mark_for_retry(session, self.lease_id, ids, delay, decision.reason)
            return delay

    def _compare(self, row: Claimed) -> timedelta | None:
        """The store has this id already: the same statement is delivered, another one is a conflict."""
        try:
            kept = self.client.get_statement(str(row.id))
        except StoreUnreachable as error:
            return self._mark(Decision(Kind.RETRY, _COMPARE_AGAIN, str(error)), [row.id])
        if kept is not None and same_statement(kept, json.loads(row.body)):
            return self._mark(Decision(Kind.DELIVERED, None, ""), [row.id])
        reason = "conflict: the record store holds another statement under this id"
        return self._mark(Decision(Kind.PARK, None, reason), [row.id])
