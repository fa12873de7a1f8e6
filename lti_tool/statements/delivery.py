"""Delivering statements: claim, send outside any transaction, act on the answer."""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.ids import new_random_id
from lti_tool.statements import breaker, queries
from lti_tool.statements.breaker import Gate
from lti_tool.statements.queries import LEASE, Claimed
from lti_tool.statements.targets import client_for
from xapi.client import Answer, RecordStoreClient, StoreUnreachable
from xapi.comparison import same_statement
from xapi.delivery import BATCH_SIZE, MAX_BATCH_BYTES, PARK_AFTER, Decision, Kind, back_off, decide

log = structlog.get_logger(__name__)

_LOOK_AGAIN = 1.0
"""Seconds after which a long delivery looks for registrations whose statements came meanwhile."""
_HELD_FOR = LEASE.total_seconds() / 4
"""So many seconds after its claim a batch's lease is renewed before the next request."""
_CONFLICT = "conflict: the record store holds another statement under this id"
_ALWAYS = f"{PARK_AFTER} times alone in its request, while the record store took others"
# What is lost with the server's memory is sent once more, and the store knows it by its id.
_QUICKLY = text("set local synchronous_commit = off")


def stores_due(sessions: sessionmaker[Session]) -> Mapping[str, Sequence[UUID]]:
    with unit_of_work(sessions) as session:
        return queries.stores_due(session)


def deliver_due(sessions: sessionmaker[Session], store: str, stopping: Event | None = None) -> None:
    """Send batch after batch until nothing is due, the store is to be left alone, or one stops."""
    with unit_of_work(sessions) as session:
        client = client_for(session, store)
    with client:
        _Delivery(sessions, store, client, stopping or Event()).run()


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


class _Delivery:
    """The sending to one store, by one thread: one batch, and one request, at a time."""

    def __init__(
        self, sessions: sessionmaker[Session], store: str, client: RecordStoreClient, stopping: Event
    ) -> None:
        self._sessions, self._store, self._client, self._stopping = sessions, store, client, stopping
        self._lease_id = new_random_id()
        self._held_at = 0.0
        self._batch: list[Claimed] = []
        self._sent: list[UUID] = []
        """What the store took and is not marked yet: that is done with the next claim, in one transaction."""
        self._gate = Gate.SHUT
        self._line: list[UUID] = []
        """The registrations with something due: the next ones first."""
        self._line_at = 0.0

    def run(self) -> None:
        try:
            while self._next_batch():
                if not self._send_parts(_by_size(self._batch)):
                    self._change(self._give_back)
                    return
        finally:
            self._change(self._leave)

    def _next_batch(self) -> bool:
        self._batch = []
        self._change(self._claim)
        return bool(self._batch)

    def _change(self, what: Callable[[Session], None]) -> None:
        """One transaction, which first marks what was sent."""
        with unit_of_work(self._sessions) as session:
            session.execute(_QUICKLY)
            if self._sent:
                queries.mark_sent(session, self._lease_id, self._sent)
                self._note_success(session)
            what(session)
        self._sent = []

    def _claim(self, session: Session) -> None:
        if self._stopping.is_set():
            return
        self._gate = breaker.ask(session, self._store)
        if self._gate is Gate.SHUT:
            return
        if not self._line or time.monotonic() - self._line_at > _LOOK_AGAIN:
            self._line = list(queries.stores_due(session).get(self._store, ()))
            self._line_at = time.monotonic()
        if not self._line:
            return
        first, rest = self._line[:BATCH_SIZE], self._line[BATCH_SIZE:]
        self._lease_id = new_random_id()
        self._held_at = time.monotonic()
        self._batch = queries.claim(session, first, lease_id=self._lease_id, most=BATCH_SIZE)
        # Some had less than their share: look for others.
        self._line = rest + first if len(self._batch) == BATCH_SIZE else []

    def _give_back(self, session: Session) -> None:
        queries.give_back(session, self._lease_id, [row.id for row in self._batch])

    def _note_success(self, session: Session) -> None:
        if self._gate is Gate.WATCHED:
            breaker.note_success(session, self._store)
            self._gate = Gate.OPEN

    def _leave(self, session: Session) -> None:
        if self._gate is Gate.WATCHED:
            breaker.leave(session, self._store)

    def _send_parts(self, parts: list[list[Claimed]]) -> bool:
        return all(self._send(part) for part in parts)

    def _send(self, rows: list[Claimed]) -> bool:
        """False: stop here, what remains of the batch is given back."""
        if not self._hold(rows):
            return False
        answer = self._client.post_statements([row.body for row in rows])
        decision = decide(
            answer,
            statements=[row.body for row in rows],
            attempts=max(row.attempts for row in rows) - 1,
            now=clock.now(),
            jitter=_jitter(),
        )
        if decision.kind is Kind.DELIVERED:
            return self._take_for_sent(rows, answer)
        log.warning(
            "statements_not_taken", statements=len(rows), decision=decision.kind.name, why=decision.reason
        )
        is_the_batch = decision.kind is Kind.SPLIT or (
            decision.kind is Kind.SUSPECT and self._client.is_well()
        )
        if is_the_batch and len(rows) > 1:
            middle = len(rows) // 2
            return self._send_parts([rows[:middle], rows[middle:]])
        if decision.kind is Kind.COMPARE:
            return self._compare(rows[0], absent=Decision(Kind.PARK, None, _CONFLICT))
        return self._act(decision, rows, is_the_batch=is_the_batch)

    def _hold(self, rows: list[Claimed]) -> bool:
        """Whether these are still ours: a worker that slept over its lease finds them another's."""
        if time.monotonic() - self._held_at < _HELD_FOR:
            return True
        held: set[UUID] = set()

        def renew(session: Session) -> None:
            held.update(queries.renew(session, self._lease_id, [row.id for row in self._batch]))

        self._change(renew)
        self._held_at = time.monotonic()
        return held.issuperset(row.id for row in rows)

    def _take_for_sent(self, rows: list[Claimed], answer: Answer) -> bool:
        """What a 200 does not name is asked for: some stores name new ones only, others are no store."""
        unnamed = [row for row in rows if answer.ids is not None and str(row.id) not in answer.ids]
        missing = {row.id for row in unnamed}
        self._sent += [row.id for row in rows if row.id not in missing]
        lost = Decision(Kind.RETRY, back_off(max(row.attempts for row in rows), _jitter()), "not stored")
        return all(self._hold([row]) and self._compare(row, absent=lost) for row in unnamed)

    def _compare(self, row: Claimed, *, absent: Decision) -> bool:
        """The same statement in the store is delivered, another one is a conflict."""
        try:
            kept = self._client.get_statement(str(row.id))
        except StoreUnreachable as error:
            return self._act(Decision(Kind.RETRY, back_off(row.attempts, _jitter()), str(error)), [row])
        if kept is None:
            return self._act(absent, [row])
        if same_statement(kept, json.loads(row.body)):
            self._sent.append(row.id)
            return True
        return self._act(Decision(Kind.PARK, None, _CONFLICT), [row])

    def _act(self, decision: Decision, rows: list[Claimed], *, is_the_batch: bool = False) -> bool:
        """Write down what became of them; whether to go on sending."""
        ids = [row.id for row in rows]
        rests, parked_for = False, decision.reason if decision.kind is Kind.PARK else None

        def mark(session: Session) -> None:
            nonlocal rests, parked_for
            if decision.kind is Kind.PARK:
                queries.mark_parked(session, self._lease_id, ids, decision.reason)
                self._note_success(session)  # who refuses one statement for its content is well
                return
            if is_the_batch and self._fails_on_it_always(session, ids[0]):
                parked_for = f"{decision.reason}; {_ALWAYS}"
                queries.mark_parked(session, self._lease_id, ids, parked_for)
                self._leave(session)
                return
            if decision.kind is not Kind.PAUSE and decision.delay is not None:
                queries.mark_for_retry(session, self._lease_id, ids, decision.delay, decision.reason)
            if is_the_batch:
                self._leave(session)
            else:
                rests = breaker.note_failure(session, self._store, decision) is not None
                self._gate = Gate.WATCHED

        self._change(mark)
        if parked_for:
            # The alert of those who watch logs: somebody has to look at it.
            log.error("statement_parked", statement=str(ids[0]), why=parked_for)
        return not rests

    def _fails_on_it_always(self, session: Session, row_id: UUID) -> bool:
        """A store that is down is not well, and one that takes nothing counts no further: neither parks."""
        return queries.count_as_poison(session, self._lease_id, row_id, self._store) >= PARK_AFTER


def _jitter() -> float:
    return random.random()  # noqa: S311  # spreads retries, keeps no secret
