"""A voiding statement goes once what it takes back was sent, or never will be (xapi.md section 5, rule 8)."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import delete, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements.models import StatementRow, StatementState
from lti_tool.statements.status import send_parked_again
from tests.servers import Counterpart
from tests.statements.sending import (
    deliver,
    kept,
    make_due,
    record,
    record_parked,
    record_void,
    sent_ids,
    states,
)
from tests.statements.test_stores import trouble
from xapi.delivery import PARK_AFTER

Sessions = sessionmaker[Session]


def requests_with(store: Counterpart, statement_id: UUID) -> list[int]:
    return [n for n, it in enumerate(store.requests) if it.method == "POST" and statement_id in sent_ids(it)]


def test_it_waits_for_another_batch_than_its_target_s(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    store.answer = kept
    (target,) = record(store_sessions, actor, 1)
    void = record_void(store_sessions, target)
    deliver(store_sessions)
    assert [sent_ids(request) for request in store.requests] == [[target], [void]]


def test_it_waits_while_its_target_waits_for_another_try(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    """A target that failed is due later than a void that was just recorded."""
    store.answer = lambda _request: Response("", 500)
    (target,) = record(store_sessions, actor, 1)
    deliver(store_sessions)
    store.answer = kept
    void = record_void(store_sessions, target)
    with unit_of_work(store_sessions) as session:
        session.execute(text("update statement set due_at = now() + interval '1 h' where event <> 'voided'"))
    deliver(store_sessions)
    assert requests_with(store, void) == []
    make_due(store_sessions)
    deliver(store_sessions)
    assert requests_with(store, target) == [0, 1]
    assert requests_with(store, void) == [2]


def test_it_waits_while_another_worker_sends_its_target(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def answer(request: Request) -> Response:
        asked.set()
        go_on.wait(20)
        return kept(request)

    store.answer = answer
    (target,) = record(store_sessions, actor, 1)
    first = threading.Thread(target=deliver, args=[store_sessions])
    first.start()
    assert asked.wait(20)
    void = record_void(store_sessions, target)
    deliver(store_sessions)
    assert requests_with(store, void) == [], "the other worker's answer is not there yet"
    go_on.set()
    first.join()
    deliver(store_sessions)
    assert requests_with(store, void) == [1]


def test_it_waits_for_a_target_that_was_bisected_out_of_its_batch(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    """The half of its batch that is well is sent, and the statement itself by nobody yet."""
    ids = record(store_sessions, actor, 8)
    target = ids[5]

    def answer(request: Request) -> Response:
        if request.method == "GET":
            return Response('{"version": ["1.0.3"]}')
        return Response("", 500) if target in sent_ids(request) else kept(request)

    store.answer = answer
    for _ in range(6):
        deliver(store_sessions)
        make_due(store_sessions)
    rows = states(store_sessions)
    assert [i for i in ids if rows[i].state == StatementState.PENDING] == [target]
    void = record_void(store_sessions, target)
    deliver(store_sessions)
    assert requests_with(store, void) == []
    store.answer = kept
    make_due(store_sessions)
    deliver(store_sessions)
    assert len(requests_with(store, void)) == 1
    assert {row.state for row in states(store_sessions).values()} == {StatementState.SENT}


def test_it_does_not_wait_for_what_is_parked(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    """A store may hold that one nevertheless, and it is not sent again once a void has gone."""
    store.answer = kept
    (target, other) = record_parked(store_sessions, actor, 2)
    void = record_void(store_sessions, target)
    deliver(store_sessions)
    assert requests_with(store, void) == [0]
    with unit_of_work(store_sessions) as session:
        assert send_parked_again(session) == 1
    with unit_of_work(store_sessions) as session:
        assert send_parked_again(session, statement_id=target) == 0
    deliver(store_sessions)
    assert requests_with(store, other) == [1]
    assert requests_with(store, target) == []


def test_it_does_not_wait_for_what_was_erased(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    store.answer = kept
    (target,) = record(store_sessions, actor, 1)
    void = record_void(store_sessions, target)
    with unit_of_work(store_sessions) as session:
        session.execute(delete(StatementRow).where(StatementRow.id == target))
    deliver(store_sessions)
    assert requests_with(store, void) == [0]


def test_others_do_not_wait_for_it(store: Counterpart, store_sessions: Sessions, actor: Actor) -> None:
    """As many as a batch holds wait for their targets, and what came later goes."""
    targets = record(store_sessions, actor, 60)
    with unit_of_work(store_sessions) as session:
        session.execute(text("update statement set due_at = now() + interval '1 h'"))
    for target in targets:
        record_void(store_sessions, target)
    (later,) = record(store_sessions, actor, 1)
    store.answer = kept
    deliver(store_sessions)
    assert [sent_ids(request) for request in store.requests] == [[later]]


def forbid(store: Counterpart, refused: list[UUID], *, about: int = 200) -> None:
    """The store's credentials may write, and not void: it refuses these."""

    def answer(request: Request) -> Response:
        if request.method == "GET":
            return Response('{"version": ["1.0.3"]}', about)
        return Response("", 403) if set(refused) & set(sent_ids(request)) else kept(request)

    store.answer = answer


def void_of_sent(store: Counterpart, sessions: Sessions, actor: Actor) -> UUID:
    """It waits, and what it takes back is in the store."""
    store.answer = kept
    (target,) = record(sessions, actor, 1)
    deliver(sessions)
    return record_void(sessions, target)


def rests(sessions: Sessions) -> bool:
    """Whether the store is left alone."""
    found = trouble(sessions)
    return found is not None and found.until is not None


def test_a_store_that_forbids_voids_alone_gets_all_others(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    first = record(store_sessions, actor, 3)
    void = void_of_sent(store, store_sessions, actor)
    others = [*first, *record(store_sessions, actor, 3)]
    forbid(store, [void])
    deliver(store_sessions)
    rows = states(store_sessions)
    assert {rows[i].state for i in others} == {StatementState.SENT}
    assert (rows[void].state, rows[void].last_error) == (StatementState.PENDING, "answered 403")
    assert not rests(store_sessions)


def test_a_void_that_stays_forbidden_is_parked_for_somebody_to_see(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    void = void_of_sent(store, store_sessions, actor)
    forbid(store, [void])
    for _ in range(PARK_AFTER):
        record(store_sessions, actor, 1)
        for _ in range(2):
            make_due(store_sessions)
            deliver(store_sessions)
    row = states(store_sessions)[void]
    assert row.state == StatementState.PARKED
    assert (row.last_error or "").startswith("answered 403; ")


@pytest.mark.parametrize("about", [200, 403])
def test_a_store_that_forbids_everything_parks_no_void(
    store: Counterpart, store_sessions: Sessions, actor: Actor, about: int
) -> None:
    void = void_of_sent(store, store_sessions, actor)
    others = record(store_sessions, actor, 2)
    forbid(store, [void, *others], about=about)
    deliver(store_sessions)
    assert rests(store_sessions), "at once, and not after some more failures"
    for _ in range(3 * PARK_AFTER):
        make_due(store_sessions)
        deliver(store_sessions)
    rows = states(store_sessions)
    assert {rows[i].state for i in (void, *others)} == {StatementState.PENDING}
