"""Delivering what is due, to record stores that behave in every way."""

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements.cli import statements
from lti_tool.statements.models import CircuitBreaker, StatementRow, StatementState
from lti_tool.statements.queries import claim
from lti_tool.statements.recorder import Act, record_act, thing
from lti_tool.subscriptions import subscribe_all
from tests.factories.entrances import enter
from tests.servers import Counterpart, serving
from tests.statements.sending import deliver, kept, make_due, record, rest, sent_ids, states
from xapi import vocabulary

subscribe_all()


def test_batches_of_fifty_in_order_as_they_were_frozen(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    store.answer = kept
    ids = record(store_sessions, actor, 120)
    deliver(store_sessions)
    assert [len(sent_ids(request)) for request in store.requests] == [50, 50, 20]
    assert [i for request in store.requests for i in sent_ids(request)] == ids
    rows = states(store_sessions)
    assert {row.state for row in rows.values()} == {StatementState.SENT}
    body = store.requests[0].get_data(as_text=True)
    assert rows[ids[0]].body in body
    headers = store.requests[0].headers
    assert headers["X-Experience-API-Version"] == "1.0.3"
    assert headers["Authorization"].startswith("Basic ")


def test_a_claim_is_no_larger_than_asked_for_by_any_plan(
    store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    """The database may join by looping, and would then choose anew which rows to lock, for each row."""
    ids = record(store_sessions, actor, 120)
    with unit_of_work(store_sessions) as session:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize", "indexscan"):
            session.execute(text(f"set local enable_{way} = off"))
        session.execute(text("set local enable_bitmapscan = off"))
        claimed = claim(session, [actor.registration_id], lease_id=uuid4(), most=50)
    assert [row.id for row in claimed] == ids[:50]


def test_one_bad_statement_is_parked_and_the_others_go(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    ids = record(store_sessions, actor, 50)
    bad = ids[17]
    store.answer = lambda request: Response("no", 400) if bad in sent_ids(request) else kept(request)
    deliver(store_sessions)
    rows = states(store_sessions)
    assert [i for i in ids if rows[i].state == StatementState.PARKED] == [bad]
    assert sum(row.state == StatementState.SENT for row in rows.values()) == 49
    assert "400" in (rows[bad].last_error or "")
    assert len(store.requests) <= 13


def test_a_store_that_is_down_gets_everything_later(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    ids = record(store_sessions, actor, 3)
    store.answer = lambda _request: Response("", 503, {"Retry-After": "120"})
    deliver(store_sessions)
    assert 110 <= rest(store_sessions) <= 130
    deliver(store_sessions)
    assert len(store.requests) == 1
    make_due(store_sessions)
    store.answer = kept
    deliver(store_sessions)
    rows = states(store_sessions)
    assert all(rows[i].state == StatementState.SENT and rows[i].attempts == 2 for i in ids)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_store_that_refuses_us_is_left_alone_and_nothing_is_spent(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor, status: int
) -> None:
    ids = record(store_sessions, actor, 2)
    store.answer = lambda _request: Response("", status)
    deliver(store_sessions)
    assert 290 <= rest(store_sessions) <= 300
    record(store_sessions, actor, 1)
    deliver(store_sessions)
    assert len(store.requests) == 1
    rows = states(store_sessions)
    assert all(rows[i].state == StatementState.PENDING and rows[i].attempts == 0 for i in ids)
    with store_sessions() as session:
        assert str(status) in session.scalars(select(CircuitBreaker.reason)).one()
    make_due(store_sessions)
    store.answer = kept
    deliver(store_sessions)
    assert {row.state for row in states(store_sessions).values()} == {StatementState.SENT}


@pytest.mark.parametrize(("changed", "state"), [(False, StatementState.SENT), (True, StatementState.PARKED)])
def test_an_id_that_the_store_has_is_compared(
    store: Counterpart,
    store_sessions: sessionmaker[Session],
    actor: Actor,
    *,
    changed: bool,
    state: StatementState,
) -> None:
    (row_id,) = record(store_sessions, actor, 1)
    there = json.loads(states(store_sessions)[row_id].body)
    there["stored"] = "2026-01-01T00:00:00Z"
    if changed:
        there["verb"]["id"] = "https://example.org/other"

    def answer(request: Request) -> Response:
        return (
            Response("", 409)
            if request.method == "POST"
            else Response(json.dumps(there), mimetype="application/json")
        )

    store.answer = answer
    deliver(store_sessions)
    assert states(store_sessions)[row_id].state == state


def test_too_large_a_batch_is_halved(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    record(store_sessions, actor, 40)
    store.answer = lambda request: Response("", 413) if len(sent_ids(request)) > 10 else kept(request)
    deliver(store_sessions)
    assert {row.state for row in states(store_sessions).values()} == {StatementState.SENT}


def test_a_worker_that_slept_over_its_lease_changes_nothing(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    """While it waits for the answer, the rows become another worker's, who parks one of them."""
    ids = record(store_sessions, actor, 2)
    other = uuid4()

    def answer(request: Request) -> Response:
        with unit_of_work(store_sessions) as session:
            session.execute(update(StatementRow).values(lease_id=other))
        return kept(request)

    store.answer = answer
    deliver(store_sessions)
    rows = states(store_sessions)
    assert all(rows[i].state == StatementState.PENDING and rows[i].lease_id == other for i in ids)


def test_an_act_that_is_undone_leaves_no_statement(
    store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    with store_sessions() as session:
        act = Act(
            name="thread_posted",
            subject_id=uuid4(),
            verb=vocabulary.POSTED,
            object=thing(session, uuid4(), vocabulary.FORUM_TOPIC),
            at=clock.now(),
        )
        record_act(session, actor, act)
        assert session.scalars(select(StatementRow.event)).all() == ["thread_posted"]
        session.rollback()
    assert states(store_sessions) == {}


def test_a_registration_may_have_its_own_store(
    store: Counterpart, store_sessions: sessionmaker[Session]
) -> None:
    from lti_tool.platforms.service import OwnRecordStore, add_deployment, add_platform
    from tests.factories.entrances import Tenant

    own = Counterpart()
    own.answer = store.answer = kept
    with serving(own) as address:
        with unit_of_work(store_sessions) as session:
            registration = add_platform(
                session,
                issuer="https://other.test",
                client_id="c",
                auth_login_url="https://other.test/a",
                auth_token_url="https://other.test/t",
                jwks_url="https://other.test/j",
                record_store=OwnRecordStore(url=f"{address}/lrs", username="me", password="pass word"),
            )
            deployment = add_deployment(session, registration_id=registration.id, deployment_id="1")
            actor, _ = enter(session, Tenant(registration.id, deployment.id))
            sealed = registration.lrs_password_sealed
        record(store_sessions, actor, 1)
        deliver(store_sessions)
    assert store.requests == []
    assert [request.path for request in own.requests] == ["/lrs/statements"]
    assert own.requests[0].authorization is not None
    assert own.requests[0].authorization.password == "pass word"
    assert "pass word" not in (sealed or "")


def test_what_waits_and_what_is_parked_is_said_and_can_be_sent_again(
    store: Counterpart, store_sessions: sessionmaker[Session], actor: Actor
) -> None:
    class Line:
        def sessions(self) -> sessionmaker[Session]:
            return store_sessions

    def say(command: str) -> str:
        said = CliRunner().invoke(statements, [command], obj=Line())
        assert said.exit_code == 0, said.output
        return said.output

    assert "No statements are waiting." in say("status")
    (bad,) = record(store_sessions, actor, 1)
    said = say("status")
    assert f"registration {actor.registration_id}" in said
    assert "waiting        1   sent        0   parked      0" in said
    assert "oldest waits for 0:00:" in said
    store.answer = lambda _request: Response("", 401)
    deliver(store_sessions)
    assert "left alone until" in say("status")
    make_due(store_sessions)
    store.answer = lambda _request: Response("broken", 400)
    deliver(store_sessions)
    assert f"parked   {bad}  thread_posted" in say("status")
    assert "parked      1" in say("status")
    assert "Waiting to be sent again: 1." in say("retry")
    assert "There is nothing to send again." in say("retry")
    store.answer = kept
    deliver(store_sessions)
    assert states(store_sessions)[bad].state == StatementState.SENT
    assert "waiting        0   sent        1   parked      0" in say("status")
