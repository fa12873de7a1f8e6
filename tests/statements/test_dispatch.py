"""A worker's look for statements: soon, once for each record store at a time, and again after any failure."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements import delivery, dispatch
from lti_tool.statements.dispatch import Dispatcher
from lti_tool.statements.models import StatementState
from lti_tool.statements.targets import address_of, key_parameters
from tests.factories.entrances import enter, make_tenant
from tests.servers import Counterpart
from tests.statements.sending import kept, record, sent_ids, states, use_store

WITHIN = 20.0
SEVERAL_LOOKS = 0.2


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_EACH", 0.02)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not done():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def are_sent(sessions: sessionmaker[Session]) -> bool:
    return {row.state for row in states(sessions).values()} == {StatementState.SENT}


def test_what_is_recorded_while_a_worker_runs_is_delivered(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    store.answer = kept
    with Dispatcher(store_sessions, at_once=1):
        for count in (3, 60):
            record(store_sessions, actor, count)
            until(lambda: are_sent(store_sessions))
    record(store_sessions, actor, 1)
    threading.Event().wait(SEVERAL_LOOKS)
    assert not are_sent(store_sessions), "delivered after the end"


def test_a_store_that_takes_long_is_asked_once_and_delays_no_other(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    with unit_of_work(store_sessions) as session:
        other = enter(session, make_tenant(session, issuer="https://other.test"))[0]
        use_store(session, other, address_of(key_parameters(session)["default_store"]), username="other")
    (slow,) = record(store_sessions, actor, 1)
    go_on = threading.Event()

    def answer(request: Request) -> Response:
        if slow in sent_ids(request):
            go_on.wait(WITHIN)
        return kept(request)

    store.answer = answer
    with Dispatcher(store_sessions, at_once=2):
        until(lambda: len(store.requests) == 1)
        record(store_sessions, actor, 1)  # due while the one before is on its way
        (fast,) = record(store_sessions, other, 1)
        until(lambda: states(store_sessions)[fast].state == StatementState.SENT)
        threading.Event().wait(SEVERAL_LOOKS)
        assert len(store.requests) == 2
        go_on.set()
        until(lambda: are_sent(store_sessions))


def test_a_store_that_wants_to_be_left_alone_is(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    """Also for what is recorded meanwhile."""
    store.answer = lambda _request: Response("", 503, {"Retry-After": "60"})
    record(store_sessions, actor, 1)
    with Dispatcher(store_sessions, at_once=1):
        until(lambda: len(store.requests) == 1)
        record(store_sessions, actor, 1)
        threading.Event().wait(SEVERAL_LOOKS)
    assert len(store.requests) == 1


@pytest.mark.parametrize("part", ["stores_due", "deliver_due"])
def test_after_any_failure_the_next_look_delivers(
    part: str,
    store: Counterpart,
    store_sessions: sessionmaker[Session],
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = threading.Event()

    def fail_once(*given: object) -> object:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("once")
        return getattr(delivery, part)(*given)

    monkeypatch.setattr(dispatch, part, fail_once)
    store.answer = kept
    record(store_sessions, actor, 1)
    with Dispatcher(store_sessions, at_once=1):
        until(lambda: are_sent(store_sessions))
    assert failed.is_set()


def test_the_end_waits_for_the_batch_in_hand_alone(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    record(store_sessions, actor, 120)
    dispatcher = Dispatcher(store_sessions, at_once=1)
    ending = threading.Thread(target=dispatcher.__exit__)

    def answer(request: Request) -> Response:
        if len(store.requests) == 1:
            ending.start()
            until(dispatcher._stopping.is_set)
        return kept(request)

    store.answer = answer
    dispatcher.__enter__()
    # The request is counted a moment before it is answered.
    until(dispatcher._stopping.is_set)
    ending.join(WITHIN)
    assert not ending.is_alive()
    sent = [row for row in states(store_sessions).values() if row.state == StatementState.SENT]
    assert (len(store.requests), len(sent)) == (1, 50)
    assert all(row.lease_id is None for row in states(store_sessions).values())
