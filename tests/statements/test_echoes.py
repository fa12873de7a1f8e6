"""A store that says back what it was sent: nothing of it is kept, logged or shown."""

import html
import json
from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.wrappers import Request, Response

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements.cli import statements
from lti_tool.statements.models import CircuitBreaker, StatementState
from lti_tool.statements.recorder import Act, record_act, thing
from tests.factories.entrances import enter, make_tenant
from tests.servers import Counterpart
from tests.statements.sending import deliver, states
from tests.statements.test_stores import another_launch
from xapi import vocabulary

Sessions = sessionmaker[Session]

SUB = "zoe-17"
TEXT = "My valid mistake was the missing password of Zoë Marchetti"
SECRETS = ("zoe", "Zoë", "Marchetti", "mistake", "valid", "missing", "password")


def record_text(sessions: Sessions) -> Actor:
    """By a registration that tells what was written."""
    with unit_of_work(sessions) as session:
        actor = enter(session, make_tenant(session), sub=SUB)[0]
        session.execute(text("update registration set sends_text = true"))
    actor = another_launch(sessions, actor)
    with unit_of_work(sessions) as session:
        act = Act(
            name="thread_posted",
            subject_id=uuid4(),
            verb=vocabulary.POSTED,
            object=thing(session, uuid4(), vocabulary.FORUM_TOPIC),
            parents=[thing(session, actor.placement_id, vocabulary.RESOURCE_LINK)],
            written=[f"<p>{TEXT}</p>"],
            at=clock.now(),
        )
        record_act(session, actor, act)
    return actor


ECHOES: dict[str, Callable[[str], str]] = {
    "as it came": lambda sent: f"invalid actor in {sent}",
    "pretty": lambda sent: f"invalid actor in {json.dumps(json.loads(sent), indent=2, ensure_ascii=False)}",
    "escaped": lambda sent: json.dumps({"error": f"invalid actor in {sent}"}),
    "in HTML": lambda sent: f"<p>invalid actor in {html.escape(sent)}</p>",
    "in an address": lambda sent: f"invalid actor in {quote(sent)}",
    "in Python": lambda sent: f"invalid actor in {json.loads(sent)!r}",
    "loud": lambda sent: f"invalid actor in {sent.upper()}",
    "backwards": lambda sent: f"invalid actor in {sent[::-1]}",
    "the text alone": lambda _sent: f"invalid actor: {TEXT}",
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize(
    ("status", "state"),
    [(400, StatementState.PARKED), (500, StatementState.PENDING), (401, StatementState.PENDING)],
)
def test_nothing_of_a_statement_is_kept_of_what_its_store_says(
    store: Counterpart,
    store_sessions: Sessions,
    echo: Callable[[str], str],
    status: int,
    state: StatementState,
) -> None:
    record_text(store_sessions)
    store.answer = lambda request: Response(echo(request.get_data(as_text=True)), status)

    class Line:
        def sessions(self) -> Sessions:
            return store_sessions

    with capture_logs() as logs:
        for _ in range(3):
            deliver(store_sessions)
            with unit_of_work(store_sessions) as session:
                session.execute(text("update statement set due_at = now() - interval '1 s'"))
    (row,) = states(store_sessions).values()
    assert TEXT in row.body, "or this says nothing"
    assert row.state == state
    with store_sessions() as session:
        reasons = list(session.scalars(select(CircuitBreaker.reason)))
    said = CliRunner().invoke(statements, ["status"], obj=Line()).output
    seen = f"{row.last_error} {reasons} {logs} {said}"
    assert f"answered {status}" in seen
    for secret in SECRETS:
        assert secret.casefold() not in seen.casefold().replace("invalid", "").replace(str(row.id), "")
    assert "invalid actor" in seen


def test_a_request_is_echoed_at_all(store: Counterpart, store_sessions: Sessions) -> None:
    """What the tests above rest on."""
    record_text(store_sessions)
    seen: list[Request] = store.requests
    store.answer = lambda request: Response(request.get_data(), 400)
    deliver(store_sessions)
    assert SUB in seen[0].get_data(as_text=True)
