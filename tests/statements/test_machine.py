"""Delivery in any order of events: workers crash or fall asleep, a store misbehaves, time passes.

More of it: `pytest tests/statements/test_machine.py --hypothesis-profile=long`.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
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
    max_examples=30, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.register_profile("long", SHORT, max_examples=2000, stateful_step_count=50)

Sessions = sessionmaker[Session]


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

    @initialize()
    def begin(self) -> None:
        self.record(60, 0, 7)
        self.record(20, 1, -1)

    @rule(count=st.integers(1, 70), whose=st.integers(0, 1), bad=st.integers(-40, 10))
    def record(self, count: int, whose: int, bad: int) -> None:
        ids = [str(i) for i in record(self.sessions, self.actors[whose], count)]
        self.recorded.update(ids)
        if bad >= 0:
            refused = ids[bad % count]
            self.store.refused.add(refused)
            self.ever_refused.add(refused)

    @rule(
        faults=st.lists(st.sampled_from([WELL, *FAULTS]), min_size=1, max_size=5),
        moment=st.sampled_from(["", "before", "after"]),
        event=st.sampled_from(["crash", "other", "other, after the lease"]),
        is_well=st.booleans(),
    )
    def work(self, faults: list[str], moment: str, event: str, is_well: bool) -> None:  # noqa: FBT001
        """All waits are over, and a worker looks. Before or after the store has its batch something happens:

        it is killed, or another one looks meanwhile, by then also for what the first one holds.
        """
        make_due(self.sessions)
        self.faults, self.is_well = faults, is_well
        self.coming = {moment: Worker.die if event == "crash" else lambda first: self.meet(first, event)}
        Worker(self).look()
        self.coming = {}

    def meet(self, first: Worker, event: str) -> None:
        if "lease" in event:
            with unit_of_work(self.sessions) as session:
                session.execute(text("update statement set lease_until = now() - interval '1 s'"))
        Worker(self).look()
        self.at_work = first

    @rule()
    def look_at_once(self) -> None:
        """Before any wait is over."""
        Worker(self).look()

    @rule(repaired=st.booleans())
    def resend(self, repaired: bool) -> None:  # noqa: FBT001
        """What is parked goes once more; perhaps the store takes by now what it refused."""
        if repaired:
            self.store.refused.clear()
        with unit_of_work(self.sessions) as session:
            send_parked_again(session)

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
