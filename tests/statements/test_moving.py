"""A platform whose record store is changed while statements wait: they go to the one that it has now."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response

from lti_tool.core.actor import Actor
from lti_tool.platforms.models import Registration
from lti_tool.statements.models import CircuitBreaker, StatementState
from tests.servers import Counterpart, serving
from tests.statements.sending import deliver, kept, make_due, record, states
from tests.test_cli import Segue
from tests.test_cli import segue as segue  # noqa: PLC0414  # a fixture

Sessions = sessionmaker[Session]


def named(sessions: Sessions, actor: Actor) -> list[str]:
    with sessions() as session:
        registration = session.get_one(Registration, actor.registration_id)
        return ["--issuer", registration.issuer, "--client-id", registration.client_id]


def troubles(sessions: Sessions) -> list[CircuitBreaker]:
    with sessions() as session:
        return list(session.scalars(select(CircuitBreaker)))


def given(store: Counterpart) -> list[tuple[str | None, str | None]]:
    """The user name and password of each request."""
    return [(it.username, it.password) for it in (one.authorization for one in store.requests) if it]


def test_what_waits_goes_to_the_store_that_is_set(
    segue: Segue, store: Counterpart, store_sessions: Sessions, actor: Actor
) -> None:
    store.answer = lambda _request: Response("", 401)
    record(store_sessions, actor, 3)
    deliver(store_sessions)
    assert len(troubles(store_sessions)) == 1
    which, own = named(store_sessions, actor), Counterpart()
    with serving(own) as url:
        lrs = ["--lrs-url", f"{url}/xapi", "--lrs-username", "ours"]
        done = segue("platform", "set", *which, *lrs, "--lrs-password", "mistyped")
        assert done.exit_code == 0, done.stderr
        assert f"They go to {url}/xapi, and so do those that still wait." in done.stdout
        # Nobody has the other one any more: it troubles nobody.
        assert troubles(store_sessions) == []
        own.answer = lambda _request: Response("", 401)
        deliver(store_sessions)
        assert len(troubles(store_sessions)) == 1
        # With the right password it is another store, which need not wait until this one is tried again.
        assert segue("platform", "set", *which, *lrs, "--lrs-password", "right").exit_code == 0
        own.answer = kept
        make_due(store_sessions)
        deliver(store_sessions)
    assert {row.state for row in states(store_sessions).values()} == {StatementState.SENT}
    # Once each to ask what it speaks, and then statements.
    assert given(own)[:2] == [("ours", "mistyped")] * 2
    assert set(given(own)[2:]) == {("ours", "right")}
    assert troubles(store_sessions) == []
    store.answer, before = kept, len(store.requests)
    assert segue("platform", "set", *which, "--default-lrs").exit_code == 0
    record(store_sessions, actor, 1)
    deliver(store_sessions)
    assert given(store)[before:] == [("segue", "secret")]


def test_a_store_is_set_whole_or_not_at_all(segue: Segue, store_sessions: Sessions, actor: Actor) -> None:
    which = named(store_sessions, actor)
    whole = ["--lrs-url", "https://lrs.example/xapi", "--lrs-username", "u", "--lrs-password", "p"]
    assert "--lrs-url needs" in segue("platform", "set", *which, *whole[:4]).stderr
    assert "Use either" in segue("platform", "set", *which, *whole, "--default-lrs").stderr
    wrong = segue("platform", "set", *which, "--lrs-url", "ftp://lrs.example", *whole[2:], "--text")
    assert (wrong.exit_code, "--lrs-url" in wrong.stderr) == (1, True)
    with store_sessions() as session:
        registration = session.get_one(Registration, actor.registration_id)
        assert (registration.lrs_url, registration.sends_text) == (None, False)


@pytest.mark.parametrize(
    ("about", "version", "said"),
    [
        ('{"version": ["1.0.0", "1.0.3", "2.0.0"]}', "2.0.0", ""),
        ('{"version": ["1.0.0"]}', "1.0.3", ""),
        (
            '{"version": ["1.0.3", "\\u001b[31m2.0.0", 2]}',
            "2.0.0",
            "The record store says that it speaks 1.0.3. Statements go out as 2.0.0: see --lrs-version.",
        ),
        ('{"version": ["next"]}', "1.0.3", "speaks no version that we know"),
        ("<h1>Welcome</h1>", "1.0.3", "does not answer as one just now"),
    ],
)
def test_whoever_sets_a_store_is_told_at_once_what_it_says_of_itself(
    segue: Segue, store_sessions: Sessions, actor: Actor, about: str, version: str, said: str
) -> None:
    own = Counterpart()
    own.answer = lambda _request: Response(about, mimetype="application/json")
    with serving(own) as url:
        lrs = [
            "--lrs-url",
            f"{url}/xapi",
            "--lrs-username",
            "u",
            "--lrs-password",
            "p",
            "--lrs-version",
            version,
        ]
        done = segue("platform", "set", *named(store_sessions, actor), *lrs)
    assert done.exit_code == 0
    assert said in done.stderr if said else done.stderr == ""
    assert "\x1b" not in done.stderr
    assert [(it.method, it.path) for it in own.requests] == [("GET", "/xapi/about")]
    with store_sessions() as session:
        assert session.get_one(Registration, actor.registration_id).lrs_version == version
