"""A statement that breaks a store which is well otherwise: found, waited for alone, and parked in the end."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.wrappers import Request, Response

from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements.models import StatementRow, StatementState
from lti_tool.statements.status import send_parked_again
from tests.servers import Counterpart
from tests.statements.sending import deliver, kept, make_due, record, sent_ids, states, use_store
from tests.statements.test_stores import another, default_address, trouble
from xapi.delivery import PARK_AFTER, SPLIT_AFTER

Sessions = sessionmaker[Session]


class Poisoned:
    """A store that breaks on one statement, and answers to `about` as long as it `is_well`."""

    def __init__(self, bad: UUID) -> None:
        self.bad, self.is_well = bad, True

    def __call__(self, request: Request) -> Response:
        if request.method == "GET":
            return Response('{"version": ["1.0.3"]}' if self.is_well else "", 200 if self.is_well else 500)
        return Response("", 500) if self.bad in sent_ids(request) else kept(request)


def test_one_statement_that_breaks_the_store_is_found_and_only_it_waits(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    ids = record(store_sessions, actor, 50)
    store.answer = poisoned = Poisoned(ids[17])
    for _ in range(5):
        deliver(store_sessions)
        make_due(store_sessions)
    assert len(store.requests) == 5, "a batch is suspected from its fifth failure on"
    poisoned.is_well = False
    deliver(store_sessions)
    assert not any(row.state == StatementState.SENT for row in states(store_sessions).values())
    poisoned.is_well = True
    make_due(store_sessions)
    deliver(store_sessions)
    rows = states(store_sessions)
    assert [i for i in ids if rows[i].state != StatementState.SENT] == [ids[17]]
    assert rows[ids[17]].state == StatementState.PENDING
    found = trouble(store_sessions)
    assert found is None or found.until is None, "the store is well"


def poison(store: Counterpart, sessions: Sessions, actor: Actor) -> tuple[UUID, Poisoned]:
    """One that has failed alone once."""
    (bad,) = record(sessions, actor, 1)
    store.answer = poisoned = Poisoned(bad)
    for _ in range(SPLIT_AFTER + 1):
        look(sessions)
    assert states(sessions)[bad].poison_count == 1
    return bad, poisoned


def look(sessions: Sessions) -> None:
    make_due(sessions)
    deliver(sessions)


def row_of(sessions: Sessions, statement_id: UUID) -> StatementRow:
    return states(sessions)[statement_id]


def test_it_is_parked_once_the_store_took_others_between_its_failures(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    bad, _ = poison(store, store_sessions, actor)
    with capture_logs() as logs:
        for _ in range(PARK_AFTER - 1):
            assert row_of(store_sessions, bad).state == StatementState.PENDING
            record(store_sessions, actor, 1)
            look(store_sessions)
            look(store_sessions)
    row = row_of(store_sessions, bad)
    assert row.state == StatementState.PARKED
    assert row.last_error == (
        f"answered 500; {PARK_AFTER} times alone in its request, while the record store took others"
    )
    parked = [log for log in logs if log["event"] == "statement_parked"]
    assert [(log["statement"], log["log_level"]) for log in parked] == [(str(bad), "error")]
    assert trouble(store_sessions) is None, "the store is well"


def test_it_can_be_sent_again_and_begins_anew(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    bad, _ = poison(store, store_sessions, actor)
    with unit_of_work(store_sessions) as session:
        session.execute(text("update statement set state = 'parked', poison_count = 5"))
        assert send_parked_again(session) == 1
    row = row_of(store_sessions, bad)
    assert (row.state, row.poison_count, row.poisoned_at, row.attempts) == (
        StatementState.PENDING,
        0,
        None,
        0,
    )
    store.answer = kept
    look(store_sessions)
    assert row_of(store_sessions, bad).state == StatementState.SENT


def test_where_no_others_come_it_is_tried_for_as_long_as_it_takes(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    """Nobody can tell then whether it is the statement or the store."""
    bad, _ = poison(store, store_sessions, actor)
    for _ in range(3 * PARK_AFTER):
        look(store_sessions)
    row = row_of(store_sessions, bad)
    assert (row.state, row.poison_count) == (StatementState.PENDING, 1)


@pytest.mark.parametrize("says_that_it_is_well", [False, True])
def test_a_store_that_is_down_parks_nothing(
    store: Counterpart, store_sessions: Sessions, actor: Actor, *, says_that_it_is_well: bool
) -> None:
    """However long, and also where it answers to `about` all the while."""
    bad, _ = poison(store, store_sessions, actor)
    record(store_sessions, actor, 1)
    look(store_sessions)
    look(store_sessions)
    assert row_of(store_sessions, bad).poison_count == 2

    def answer(request: Request) -> Response:
        if request.method == "GET" and says_that_it_is_well:
            return Response('{"version": ["1.0.3"]}')
        return Response("", 500)

    store.answer = answer
    others = record(store_sessions, actor, 3)
    for _ in range(SPLIT_AFTER + 3 * PARK_AFTER):
        look(store_sessions)
    rows = states(store_sessions)
    assert {rows[i].state for i in (bad, *others)} == {StatementState.PENDING}
    assert max(rows[i].poison_count for i in (bad, *others)) <= 3, "once more, for what it took before"


def test_what_another_store_takes_does_not_count(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    bad, _ = poison(store, store_sessions, actor)
    other = another(store_sessions)
    with unit_of_work(store_sessions) as session:
        use_store(session, other, default_address(store_sessions))
    for _ in range(PARK_AFTER):
        record(store_sessions, other, 1)
        look(store_sessions)
        look(store_sessions)
    row = row_of(store_sessions, bad)
    assert (row.state, row.poison_count) == (StatementState.PENDING, 1)


def test_an_error_that_asks_for_a_while_does_not_hold_up_the_others(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    """Some proxies write Retry-After on every error: each would stop the whole store again."""
    bad, poisoned = poison(store, store_sessions, actor)

    def answer(request: Request) -> Response:
        answered = poisoned(request)
        if answered.status_code == 500:
            answered.headers["Retry-After"] = "30"
        return answered

    store.answer = answer
    for _ in range(PARK_AFTER - 1):
        record(store_sessions, actor, 1)
        look(store_sessions)
        look(store_sessions)
    assert row_of(store_sessions, bad).state == StatementState.PARKED
