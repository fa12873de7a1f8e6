"""Record stores that several registrations share: their troubles are shared, and so is their time."""

import json
import threading
from collections import Counter

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.wrappers import Request, Response

from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.launch.sessions import actor_of
from lti_tool.statements.models import CircuitBreaker, StatementState
from lti_tool.statements.targets import address_of, key_parameters
from tests.factories.entrances import enter, make_tenant
from tests.servers import Counterpart
from tests.statements.sending import deliver, kept, make_due, record, rest, sent_ids, states, use_store

Sessions = sessionmaker[Session]


def another(sessions: Sessions, name: str = "other") -> Actor:
    """Somebody of another registration."""
    with unit_of_work(sessions) as session:
        return enter(session, make_tenant(session, issuer=f"https://{name}.test"))[0]


def default_address(sessions: Sessions) -> str:
    with sessions() as session:
        return address_of(key_parameters(session)["default_store"])


def trouble(sessions: Sessions) -> CircuitBreaker | None:
    with sessions() as session:
        return session.scalars(select(CircuitBreaker)).one_or_none()


def all_sent(sessions: Sessions) -> bool:
    return {row.state for row in states(sessions).values()} == {StatementState.SENT}


def test_who_shares_a_store_shares_its_pause(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    other = another(store_sessions)
    store.answer = lambda _request: Response("", 401)
    record(store_sessions, actor, 1)
    deliver(store_sessions)
    record(store_sessions, other, 1)
    deliver(store_sessions)
    assert len(store.requests) == 1
    make_due(store_sessions)
    store.answer = kept
    deliver(store_sessions)
    assert all_sent(store_sessions)
    assert trouble(store_sessions) is None


def test_another_account_at_the_same_address_is_another_store(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    other = another(store_sessions)
    with unit_of_work(store_sessions) as session:
        use_store(session, other, default_address(store_sessions), username="theirs")

    def answer(request: Request) -> Response:
        assert request.authorization is not None
        return kept(request) if request.authorization.username == "theirs" else Response("", 401)

    store.answer = answer
    (ours,) = record(store_sessions, actor, 1)
    (theirs,) = record(store_sessions, other, 1)
    deliver(store_sessions)
    rows = states(store_sessions)
    assert (rows[ours].state, rows[theirs].state) == (StatementState.PENDING, StatementState.SENT)


def test_a_batch_that_fails_holds_nothing_else_up(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    ids = record(store_sessions, actor, 120)
    store.answer = lambda request: Response("", 500) if ids[0] in sent_ids(request) else kept(request)
    deliver(store_sessions)
    assert Counter(row.state for row in states(store_sessions).values()) == {
        StatementState.PENDING: 50,
        StatementState.SENT: 70,
    }
    assert trouble(store_sessions) is None


def test_a_store_that_fails_again_and_again_is_left_alone_by_all(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    record(store_sessions, actor, 500)
    store.answer = lambda _request: Response("", 500)
    with capture_logs() as logs:
        deliver(store_sessions)
    assert len(store.requests) == 3
    told = [line for line in logs if line["event"] == "record_store_left_alone"]
    assert [line["log_level"] for line in told] == ["error"]
    record(store_sessions, another(store_sessions), 1)
    deliver(store_sessions)
    assert len(store.requests) == 3


def test_one_that_cannot_be_reached_is_left_alone_at_once(store_sessions: Sessions, actor: Actor) -> None:
    with unit_of_work(store_sessions) as session:
        use_store(session, actor, "http://127.0.0.1:9/xapi")
    record(store_sessions, actor, 200)
    deliver(store_sessions)
    found = trouble(store_sessions)
    assert found is not None
    assert (found.failures, found.until is None) == (1, False)
    assert Counter(row.attempts for row in states(store_sessions).values()) == {1: 50, 0: 150}


def test_one_batch_of_one_worker_goes_to_see(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    record(store_sessions, actor, 200)
    store.answer = lambda _request: Response("", 401)
    deliver(store_sessions)
    make_due(store_sessions)
    asked, go_on = threading.Event(), threading.Event()

    def answer(request: Request) -> Response:
        asked.set()
        go_on.wait(20)
        return kept(request)

    store.answer = answer
    first = threading.Thread(target=deliver, args=[store_sessions])
    first.start()
    assert asked.wait(20)
    deliver(store_sessions)
    assert len(store.requests) == 2  # the refused one, and the one that is on its way
    go_on.set()
    first.join()
    assert all_sent(store_sessions)


def test_when_that_one_fails_the_rest_grows(
    store: Counterpart, store_sessions: Sessions, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    record(store_sessions, actor, 200)
    store.answer = lambda _request: Response("", 500)
    deliver(store_sessions)
    rests = [rest(store_sessions)]
    for _ in range(3):
        make_due(store_sessions)
        deliver(store_sessions)
        rests.append(rest(store_sessions))
    assert [round(seconds) for seconds in rests] == [8, 16, 32, 64]
    assert len(store.requests) == 6


def test_a_worker_that_ended_while_it_went_to_see_does_not_close_the_store_for_good(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    record(store_sessions, actor, 1)
    store.answer = lambda _request: Response("", 401)
    deliver(store_sessions)
    make_due(store_sessions)
    with unit_of_work(store_sessions) as session:
        session.execute(text("update circuit_breaker set probe_until = now() + interval '1 min'"))
    store.answer = kept
    deliver(store_sessions)
    assert len(store.requests) == 1
    with unit_of_work(store_sessions) as session:
        session.execute(text("update circuit_breaker set probe_until = now() - interval '1 s'"))
    deliver(store_sessions)
    assert all_sent(store_sessions)


def test_the_time_that_a_store_asks_for_is_not_cut_short_by_another_failure(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    """Two workers have a batch under way each; the second one's fails in the plain way."""
    record(store_sessions, actor, 100)
    barrier = threading.Barrier(2)
    told = threading.Event()

    def answer(_request: Request) -> Response:
        if barrier.wait(20) == 0:
            told.set()
            return Response("", 503, {"Retry-After": "600"})
        told.wait(20)
        return Response("", 500)

    store.answer = answer
    workers = [threading.Thread(target=deliver, args=[store_sessions]) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(store.requests) == 2
    assert rest(store_sessions) > 500


def test_a_small_registration_does_not_wait_for_a_large_one(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    store.answer = kept
    record(store_sessions, actor, 300)
    few = record(store_sessions, another(store_sessions), 10)
    deliver(store_sessions)
    assert set(few) <= set(sent_ids(store.requests[0]))
    assert len(sent_ids(store.requests[1])) == 50, "the other's share is used when it has nothing left"
    assert all_sent(store_sessions)


def test_more_registrations_than_a_batch_has_room_for(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    store.answer = kept
    record(store_sessions, actor, 60)
    for number in range(55):
        record(store_sessions, another(store_sessions, f"lms-{number}"), 2)
    deliver(store_sessions)
    deliver(store_sessions)
    assert all_sent(store_sessions)
    with store_sessions() as session:
        counted = session.execute(text("select sum(sent), count(*) from statement_count")).one()
    assert tuple(counted) == (170, 56)


def test_one_password_that_is_wrong_is_not_used_for_the_others(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    """Two registrations name one account, and one of them another password; the third shares the first's."""
    wrong, third = another(store_sessions), another(store_sessions, "third")
    address = default_address(store_sessions)
    with unit_of_work(store_sessions) as session:
        for one, password in ((actor, "right"), (wrong, "wrong"), (third, "right")):
            use_store(session, one, address, username="shared", password=password)
    seen: Counter[str] = Counter()

    def answer(request: Request) -> Response:
        assert request.authorization is not None
        seen[str(request.authorization.password)] += 1
        return kept(request) if request.authorization.password == "right" else Response("", 401)

    store.answer = answer
    (ours,), (theirs,) = record(store_sessions, actor, 1), record(store_sessions, wrong, 1)
    record(store_sessions, third, 1)
    deliver(store_sessions)
    rows = states(store_sessions)
    assert (rows[ours].state, rows[theirs].state) == (StatementState.SENT, StatementState.PENDING)
    assert seen == {"right": 1, "wrong": 1}, "who gives the same one is in the same batch"
    record(store_sessions, actor, 1)
    deliver(store_sessions)
    assert seen == {"right": 2, "wrong": 1}, "the store is left alone by that password only"
    assert "wrong" not in str(vars(trouble(store_sessions)))


def test_what_was_registered_before_has_a_store_of_its_own(
    store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    """Its password has no digest."""
    other = another(store_sessions)
    address = default_address(store_sessions)
    with unit_of_work(store_sessions) as session:
        use_store(session, actor, address, password="one")
        use_store(session, other, address, password="two")
        session.execute(text("update registration set lrs_password_digest = null"))
    store.answer = kept
    record(store_sessions, actor, 1)
    record(store_sessions, other, 1)
    deliver(store_sessions)
    assert all_sent(store_sessions)
    given = {it.authorization.password for it in store.requests if it.authorization}
    assert given == {"one", "two"}


def test_a_store_speaks_its_own_version(store: Counterpart, store_sessions: Sessions, actor: Actor) -> None:
    store.answer = kept
    other = another(store_sessions)
    with unit_of_work(store_sessions) as session:
        use_store(session, other, default_address(store_sessions), version="2.0.0")
    assert other.lrs_version is None
    other = another_launch(store_sessions, other)
    (ours,) = record(store_sessions, actor, 1)
    (theirs,) = record(store_sessions, other, 1)
    deliver(store_sessions)
    versions = {
        sent_ids(request)[0]: (
            request.headers["X-Experience-API-Version"],
            json.loads(request.get_data())[0]["version"],
        )
        for request in store.requests
    }
    assert versions == {ours: ("1.0.3", "1.0.0"), theirs: ("2.0.0", "2.0.0")}


def another_launch(sessions: Sessions, actor: Actor) -> Actor:
    """The same person as the next request reads them."""
    from lti_tool.courses.models import Course, Placement
    from lti_tool.launch.models import Launch
    from lti_tool.people.models import Person
    from lti_tool.platforms.models import Registration

    with sessions() as session:
        return actor_of(
            session.get_one(Launch, actor.launch_id),
            person=session.get_one(Person, actor.person_id),
            course=session.get_one(Course, actor.course_id),
            placement=session.get_one(Placement, actor.placement_id),
            deployment=actor.deployment,
            registration=session.get_one(Registration, actor.registration_id),
            xapi_registration=actor.xapi_registration,
        )
