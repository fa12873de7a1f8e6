"""Delivery in any order of events: workers crash or fall asleep, a store misbehaves, time passes.

What a store was sent and answered says what may have become of each statement; the rows are asked only
whether that is what they say. Batches are of twelve, so that few statements make many batches.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import RowMapping, bindparam, insert, select, text
from sqlalchemy.orm import Session, sessionmaker

from bench.chaos.store import FAULTS, WELL, Fault, MisbehavingStore
from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements.models import StatementRow
from lti_tool.statements.status import send_parked_again
from tests.statements.sending import deliver, make_due, record, record_void
from xapi.client import Answer, StoreUnreachable

Sessions = sessionmaker[Session]

BATCH = 12
PARKED_AFTER = 5
"""Times alone in its request before a statement may be parked, and with others taken between most of them."""

_STATEMENTS = StatementRow.__table__
_INSERT = insert(StatementRow).execution_options(render_nulls=True)
_ROWS = text("select id, state, lease_id, body from statement")
_HELD = text(
    "select lease_id from statement where state = 'pending' and lease_id notnull and lease_until > now()"
)
_SHUT = text("select 1 from circuit_breaker where until > clock_timestamp() + interval '20 s'")


class Killed(BaseException):
    """What a worker knows of its end."""


class Worker:
    """Its way to the database and to the store, both of which end when it is killed."""

    def __init__(self, machine: "Delivering") -> None:
        self.machine, self.lives = machine, True
        self.in_hand: set[str] = set()
        """What it is sending, by a lease that goes on."""

    def __call__(self) -> Session:
        """As a sessionmaker."""
        if not self.lives:
            raise Killed
        return self.machine.sessions()

    def die(self) -> None:
        self.lives = False
        raise Killed

    def look(self) -> None:
        machine = self.machine
        with machine.sessions() as session:
            held, shut = set(session.scalars(_HELD)), session.scalar(_SHUT)
        machine.workers.append(self)
        requests = machine.requests
        try:
            deliver(self)  # type: ignore[arg-type]  # it is called as one
        except Killed:
            assert not self.lives
        finally:
            machine.workers.remove(self)
        assert not shut or machine.requests == requests, "a store was not left alone"
        if self.lives:
            with machine.sessions() as session:
                assert set(session.scalars(_HELD)) <= held, "neither marked nor given back"


class DirectClient:
    """The store as a client sees it, without a network in between."""

    def __init__(self, *_address: str, **_options: str) -> None:
        self.machine = Delivering.running
        self.worker = self.machine.workers[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def post_statements(self, bodies: Sequence[str]) -> Answer:
        statements = [json.loads(body) for body in bodies]
        self.worker.in_hand = {one["id"] for one in statements}
        try:
            self.machine.check_request(self.worker, statements)
            self.machine.happen("before", self.worker)
            answer = self.machine.answer(statements)
            self.machine.happen("after", self.worker)
        finally:
            self.worker.in_hand = set()
        return answer

    def get_statement(self, statement_id: str) -> Any:
        if not self.machine.is_well:
            raise StoreUnreachable("status 500")
        found = self.machine.store.kept.get(statement_id)
        self.machine.successes += 1
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
    models: ClassVar[Sequence[RowMapping]]
    """A statement of each of two registrations that share a store; the last one is a voiding one."""
    running: ClassVar["Delivering"]

    def __init__(self) -> None:
        super().__init__()
        type(self).running = self
        with unit_of_work(self.sessions) as session:
            for table in ("statement", "statement_count", "circuit_breaker"):
                session.execute(text(f"delete from {table}"))
        self.faults: list[str] = []
        """What the next requests meet; the later ones meet none."""
        self.is_well = True
        self.repeats_are_refused = False
        """Some stores refuse an id that they have, also with the same statement."""
        self.store = MisbehavingStore(choose=lambda: self.faults.pop(0) if self.faults else WELL)
        self.recorded: list[str] = []
        self.refused: set[str] = set()
        self.foreign: set[str] = set()
        """The store has something else by these ids."""
        self.poison: set[str] = set()
        self.erased: set[str] = set()
        self.voids: dict[str, str] = {}
        self.sent: set[str] = set()
        self.erased_sent = 0
        self.failed_alone: Counter[str] = Counter()
        self.failed_between: Counter[str] = Counter()
        """The same, where the store had taken something since the time before."""
        self.successes = 0
        self.failed_at: dict[str, int] = {}
        self.requests = 0
        self.workers: list[Worker] = []
        """Who is at work, the innermost last."""
        self.coming: dict[str, Callable[[Worker], None]] = {}
        self.wait_for = 0
        """So many requests pass before it happens."""
        self.is_down = False

    def happen(self, moment: str, worker: Worker) -> None:
        """Once, at the worker's next request or a later one: what the rules below arranged."""
        if self.wait_for:
            self.wait_for -= moment in self.coming
            return
        event = self.coming.pop(moment, None)
        if event:
            event(worker)

    def check_request(self, worker: Worker, statements: list[dict[str, Any]]) -> None:
        self.requests += 1
        ids = {one["id"] for one in statements}
        for other in self.workers:
            assert other is worker or not ids & other.in_hand, "two workers send it"
        for one in statements:
            target = self.voids.get(one["id"])
            if target and target not in self.erased and target not in self.store.kept:
                state = {row["id"]: row["state"] for row in self.rows()}[UUID(target)]
                assert state == "parked", "a void goes before what it takes back"
        assert ids <= {*self.recorded, *self.erased}

    def answer(self, statements: list[dict[str, Any]]) -> Answer:
        ids = [one["id"] for one in statements]
        if self.is_down or self.poison.intersection(ids):
            answer = Answer(status=500, body="", retry_after=None, failure=None)
        elif self.repeats_are_refused and self.store.kept.keys() & set(ids):
            answer = Answer(status=409, body="", retry_after=None, failure=None)
        else:
            answer = answer_of(self.store.post(statements))
        if answer.ids or answer.status == 204:
            self.successes += 1
        if len(ids) == 1 and (answer.status is None or answer.status >= 500):
            self.failed_alone[ids[0]] += 1
            if self.successes > self.failed_at.get(ids[0], -1):
                self.failed_between[ids[0]] += 1
                self.failed_at[ids[0]] = self.successes
        return answer

    def rows(self) -> Sequence[RowMapping]:
        with self.sessions() as session:
            return session.execute(_ROWS).mappings().all()

    def insert(self, model: RowMapping, changes: Sequence[dict[str, Any]]) -> None:
        with unit_of_work(self.sessions) as session:
            session.execute(_INSERT, [{**model, **one} for one in changes])

    @initialize()
    def begin(self) -> None:
        self.record(14, 0, -1, "")
        self.record(5, 1, 3, "refused")

    @rule(
        count=st.integers(1, 16),
        whose=st.integers(0, 1),
        bad=st.integers(-4, 6),
        how=st.sampled_from(["refused", "foreign", "poison"]),
    )
    def record(self, count: int, whose: int, bad: int, how: str) -> None:
        model = self.models[whose]
        ids = [str(uuid4()) for _ in range(count)]
        bodies = {key: model["body"].replace(str(model["id"]), key) for key in ids}
        changes = [{"id": UUID(key), "subject_id": uuid4(), "body": bodies[key]} for key in ids]
        self.insert(model, changes)
        self.recorded += ids
        if bad < 0:
            return
        odd = ids[bad % count]
        if how == "refused":
            self.store.refused.add(odd)
            self.refused.add(odd)
        elif how == "poison":
            self.poison.add(odd)
        else:
            self.foreign.add(odd)
            self.store.kept[odd] = json.dumps(json.loads(bodies[odd]) | {"result": {"success": True}})

    @rule(which=st.integers(0, 1000))
    def void(self, which: int) -> None:
        """Something is taken back, whatever has become of it."""
        model = self.models[-1]
        key, target = str(uuid4()), self.recorded[which % len(self.recorded)]
        if target in self.voids or target in self.voids.values():
            return
        body = model["body"].replace(str(model["id"]), key).replace(str(model["subject_id"]), target)
        self.insert(model, [{"id": UUID(key), "subject_id": UUID(target), "body": body}])
        self.recorded.append(key)
        self.voids[key] = target

    @rule(which=st.integers(0, 1000))
    def erase(self, which: int) -> None:
        """A row goes, and perhaps a void has waited for it. None that a worker holds (privacy/record.py)."""
        target = self.recorded[which % len(self.recorded)]
        gone = text(
            "delete from statement where id = :id and (lease_until is null or lease_until < now())"
            " returning state"
        )
        with unit_of_work(self.sessions) as session:
            state = session.scalar(gone, {"id": UUID(target)})
        if state is None:
            return
        self.recorded.remove(target)
        self.erased.add(target)
        self.sent.discard(target)
        self.erased_sent += state == "sent"

    @rule(
        faults=st.lists(st.sampled_from([WELL, WELL, *FAULTS]), max_size=4),
        moment=st.sampled_from(["", "before", "after", "after"]),
        wait_for=st.integers(0, 2),
        event=st.sampled_from(["crash", "other", "other, after the lease"]),
        is_well=st.booleans(),
        repeats_are_refused=st.booleans(),
    )
    def work(
        self,
        faults: list[str],
        moment: str,
        wait_for: int,
        event: str,
        is_well: bool,  # noqa: FBT001
        repeats_are_refused: bool,  # noqa: FBT001
    ) -> None:
        """All waits are over, and a worker looks. Before or after the store has its batch something happens:

        it is killed, or another one looks meanwhile, by then also for what the first one holds.
        """
        make_due(self.sessions)
        self.faults, self.is_well, self.repeats_are_refused = faults, is_well, repeats_are_refused
        self.wait_for = wait_for
        self.coming = {moment: Worker.die if event == "crash" else lambda first: self.meet(first, event)}
        Worker(self).look()
        self.coming, self.wait_for = {}, 0

    def meet(self, first: Worker, event: str) -> None:
        if "lease" in event:
            first.in_hand = set()
            make_due(self.sessions)
        Worker(self).look()

    @rule(looks=st.sampled_from([1, 2, 11]), is_well=st.booleans())
    def be_down(self, looks: int, is_well: bool) -> None:  # noqa: FBT001
        """The store takes nothing for as long as that, and perhaps answers to `about` all the while."""
        self.is_down, self.is_well = True, is_well
        try:
            for _ in range(looks):
                make_due(self.sessions)
                Worker(self).look()
        finally:
            self.is_down = False

    @rule()
    def look_at_once(self) -> None:
        """Before any wait is over."""
        Worker(self).look()

    @rule(repaired=st.booleans())
    def resend(self, repaired: bool) -> None:  # noqa: FBT001
        """What is parked goes once more; perhaps the store takes by now what it refused."""
        if repaired:
            self.store.refused.clear()
            self.poison.clear()
        with unit_of_work(self.sessions) as session:
            send_parked_again(session)

    def may_be_parked(self, key: str) -> bool:
        if key in self.refused | self.foreign:
            return True
        return self.failed_alone[key] >= PARKED_AFTER and self.failed_between[key] >= PARKED_AFTER - 2

    @invariant()
    def nothing_is_lost_doubled_or_parked_without_reason(self) -> None:
        rows = {str(row["id"]): row["state"] for row in self.rows()}
        assert set(rows) == set(self.recorded)
        assert set(self.store.kept) <= {*self.recorded, *self.erased, *self.foreign}
        assert set(self.store.conflicts) <= self.foreign
        for key, state in rows.items():
            if state == "sent":
                assert key in self.store.kept, "marked, and not there"
                assert key not in self.foreign, "another one is there"
                self.sent.add(key)
            else:
                assert key not in self.sent, "sent, and not any more"
                assert state != "parked" or self.may_be_parked(key), "given up"

    def teardown(self) -> None:
        """Once all is well again, everything arrives, or is parked that no store would take."""
        self.faults, self.is_well = [], True
        for _ in range(40 if self.poison else 6):
            if not any(row["state"] == "pending" for row in self.rows()):
                break
            if self.poison:
                self.record(1, 0, -1, "")
            make_due(self.sessions)
            Worker(self).look()
        self.nothing_is_lost_doubled_or_parked_without_reason()
        rows = {str(row["id"]): row for row in self.rows()}
        parked = {key for key, row in rows.items() if row["state"] == "parked"}
        assert not any(row["state"] == "pending" for row in rows.values()), "it never arrives"
        assert self.sent == set(self.recorded) - parked
        assert {key: json.loads(self.store.kept[key]) for key in self.sent} == {
            key: json.loads(rows[key]["body"]) for key in self.sent
        }
        with self.sessions() as session:
            counted = session.scalar(text("select coalesce(sum(sent), 0) from statement_count"))
        assert counted == len(self.sent) + self.erased_sent


def models(sessions: Sessions, actors: Sequence[Actor]) -> list[RowMapping]:
    """What the machine's statements are copies of."""
    ids = [record(sessions, actor, 1)[0] for actor in actors]
    ids.append(record_void(sessions, ids[0]))
    columns = [column for column in _STATEMENTS.c if column.name != "seq"]
    query = select(*columns).where(_STATEMENTS.c.id == bindparam("row_id"))
    with sessions() as session:
        return [session.execute(query, {"row_id": row_id}).mappings().one() for row_id in ids]
