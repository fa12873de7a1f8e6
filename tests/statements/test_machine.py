"""Delivery in any order of events: workers crash or fall asleep, a store misbehaves, time passes.

More of it: `pytest tests/statements/test_machine.py --hypothesis-profile=long`.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bench.chaos.store import FAULTS, WELL, Fault, MisbehavingStore
from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements.models import StatementState
from lti_tool.statements.status import send_parked_again
from tests.factories.entrances import enter, make_tenant
from tests.statements.sending import deliver, make_due, record, states
from xapi.client import Answer, StoreUnreachable

SHORT = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.register_profile("long", SHORT, max_examples=2000, stateful_step_count=50)

Sessions = sessionmaker[Session]
_MET = st.lists(st.sampled_from([WELL, *FAULTS]), max_size=4)


class Killed(BaseException):
    """What a worker knows of its end."""


class Worker:
    """Its way to the database and to the store, both of which end when it is killed."""

    def __init__(self, machine: "Delivering") -> None:
        self.machine, self.lives = machine, True

    def __call__(self) -> Session:
        """As a sessionmaker."""
        if not self.lives:
            raise Killed
        return self.machine.sessions()

    def die(self) -> None:
        self.lives = False
        raise Killed

    def look(self) -> None:
        self.machine.at_work = self
        try:
            deliver(self)  # type: ignore[arg-type]  # it is called as one
        except Killed:
            assert not self.lives


class DirectClient:
    """The store as a client sees it, without a network in between."""

    def __init__(self, *_address: str, **_options: str) -> None:
        self.machine = Delivering.running
        self.worker = self.machine.at_work

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def post_statements(self, bodies: Sequence[str]) -> Answer:
        self.machine.happen("before", self.worker)
        answer = answer_of(self.machine.store.post([json.loads(body) for body in bodies]))
        self.machine.happen("after", self.worker)
        return answer

    def get_statement(self, statement_id: str) -> Any:
        if not self.machine.is_well:
            raise StoreUnreachable("status 500")
        found = self.machine.store.kept.get(statement_id)
        return None if found is None else json.loads(found)

    def is_well(self) -> bool:
        return self.machine.is_well


def answer_of(fault: Fault) -> Answer:
    """What xapi.client makes of such an answer (tests/xapi/test_client.py)."""
    if fault.ending in {"silent", "slow"}:
        return Answer(status=None, body="", retry_after=None, failure="timeout")
    if fault.ending == "reset":
        return Answer(status=None, body="", retry_after=None, failure="connection")
    if fault.ending == "cut":
        return Answer(status=fault.status, body="", retry_after=None, failure="connection")
    retry_after = dict(fault.headers).get("Retry-After")
    failure = "redirect" if fault.status == 302 else None
    ids = None
    if fault.status == 200:
        try:
            ids = frozenset(json.loads(fault.body))
        except ValueError:
            failure = "unreadable"
    return Answer(fault.status, fault.body, retry_after, failure, ids)


class Delivering(RuleBasedStateMachine):
    sessions: ClassVar[Sessions]
    actors: ClassVar[Sequence[Actor]]
    running: ClassVar["Delivering"]

    def __init__(self) -> None:
        super().__init__()
        type(self).running = self
        with unit_of_work(self.sessions) as session:
            for table in ("statement", "statement_count", "store_trouble"):
                session.execute(text(f"delete from {table}"))
        self.faults: list[str] = []
        """What the next requests meet; the later ones meet none."""
        self.is_well = True
        self.store = MisbehavingStore(choose=lambda: self.faults.pop(0) if self.faults else WELL)
        self.recorded: set[str] = set()
        self.ever_refused: set[str] = set()
        self.at_work = Worker(self)
        self.coming: dict[str, Callable[[Worker], None]] = {}

    def happen(self, moment: str, worker: Worker) -> None:
        """Once, at this worker's next request: what the rules below arranged."""
        event = self.coming.pop(moment, None)
        if event:
            event(worker)

    @rule(count=st.integers(1, 70), whose=st.integers(0, 1), bad=st.integers(-40, 10))
    def record(self, count: int, whose: int, bad: int) -> None:
        ids = [str(i) for i in record(self.sessions, self.actors[whose], count)]
        self.recorded.update(ids)
        if bad >= 0:
            refused = ids[bad % count]
            self.store.refused.add(refused)
            self.ever_refused.add(refused)

    @rule(faults=_MET, waits=st.booleans())
    def look(self, faults: list[str], waits: bool) -> None:  # noqa: FBT001
        if waits:
            make_due(self.sessions)
        self.faults = faults
        Worker(self).look()

    @rule(moment=st.sampled_from(["before", "after"]), faults=_MET)
    def crash(self, moment: str, faults: list[str]) -> None:
        """A worker is killed with a batch in hand: before the store has it, or after."""
        self.faults = faults
        self.coming = {moment: Worker.die}
        Worker(self).look()
        self.coming = {}

    @rule(moment=st.sampled_from(["before", "after"]), oversleeps=st.booleans(), faults=_MET)
    def meet(self, moment: str, oversleeps: bool, faults: list[str]) -> None:  # noqa: FBT001
        """While one worker has a batch in hand another one looks; the first may have slept over its lease."""
        self.faults = faults

        def other(first: Worker) -> None:
            if oversleeps:
                self.leases_end()
            Worker(self).look()
            self.at_work = first

        self.coming = {moment: other}
        Worker(self).look()
        self.coming = {}

    @rule()
    def fall_ill(self) -> None:
        """The store answers to no question, until it does again."""
        self.is_well = not self.is_well

    @rule()
    def wait(self) -> None:
        make_due(self.sessions)

    @rule()
    def leases_end(self) -> None:
        with unit_of_work(self.sessions) as session:
            session.execute(text("update statement set lease_until = now() - interval '1 s'"))

    @rule()
    def resend(self) -> None:
        with unit_of_work(self.sessions) as session:
            send_parked_again(session)

    @rule()
    def repair(self) -> None:
        """The store takes what it refused so far."""
        self.store.refused.clear()

    @invariant()
    def nothing_is_lost_doubled_or_parked_without_reason(self) -> None:
        rows = {str(key): row for key, row in states(self.sessions).items()}
        assert set(rows) == self.recorded
        assert set(self.store.kept) <= self.recorded
        assert self.store.conflicts == []
        for key, row in rows.items():
            assert row.state != StatementState.SENT or key in self.store.kept, "marked, and not there"
            assert row.state != StatementState.PARKED or key in self.ever_refused, "given up"

    def teardown(self) -> None:
        """Once all is well again, everything arrives."""
        self.faults, self.is_well = [], True
        for _ in range(4):
            make_due(self.sessions)
            Worker(self).look()
        rows = {str(key): row for key, row in states(self.sessions).items()}
        parked = {key for key, row in rows.items() if row.state == StatementState.PARKED}
        assert all(row.state != StatementState.PENDING for row in rows.values())
        assert set(self.store.kept) == self.recorded - parked
        assert {key: json.loads(text) for key, text in self.store.kept.items()} == {
            key: json.loads(rows[key].body) for key in self.store.kept
        }
        with self.sessions() as session:
            counted = session.scalar(text("select coalesce(sum(sent), 0) from statement_count"))
        assert counted == len(self.store.kept)


@pytest.fixture
def two_actors(store_sessions: Sessions) -> list[Actor]:
    """Of two registrations that share a store."""
    with unit_of_work(store_sessions) as session:
        return [
            enter(session, make_tenant(session, issuer=f"https://{name}.test"))[0] for name in ("one", "two")
        ]


def test_whatever_happens(
    store_sessions: Sessions, two_actors: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lti_tool.statements.targets.RecordStoreClient", DirectClient)
    Delivering.sessions, Delivering.actors = store_sessions, two_actors
    given = settings()
    run_state_machine_as_test(
        Delivering,
        settings=given if given.max_examples > 100 else SHORT,
    )
