"""Launches without our cookie: held until the browser that logged in proves itself, and otherwise nothing."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lti_tool.courses.models import Course
from lti_tool.launch.models import Launch, LaunchPending
from lti_tool.launch.tasks import clear_ended
from lti_tool.people.models import Person
from lti_tool.statements.models import StatementRow
from tests.launch.platform import DEFAULT, TOOL, Platform, data_of, landed

OURS = {"Origin": TOOL}


class Held:
    """A launch that came without the cookie, and what the browser keeps for it elsewhere."""

    def __init__(self, app: Flask, platform: Platform, **login: str | None) -> None:
        browser = app.test_client()
        started = platform.login(browser, DEFAULT, **login)
        self.kept = data_of(started, "login")
        query = dict(pair.split("=") for pair in self.kept["next"].partition("?")[2].split("&"))
        self.state, self.token = query["state"], platform.lms.sign(platform.claims(query))
        self.page = platform.post(app.test_client(), self.state, self.token)
        assert self.page.status_code == 200, self.page.text
        found = re.search(r'name="pending" value="([^"]+)"', self.page.text)
        assert found, self.page.text
        self.pending = found[1]

    def finish(self, client: FlaskClient, secret: str | None = None, **headers: str) -> TestResponse:
        data = {"pending": self.pending, "v": self.kept["secret"] if secret is None else secret}
        return client.post("/lti/launch/finish", data=data, headers=headers or OURS, base_url=TOOL)


@pytest.fixture
def held(app: Flask, platform: Platform) -> Held:
    return Held(app, platform)


def rows(session: Session) -> list[int]:
    session.rollback()
    models = (Person, Course, Launch, StatementRow)
    return [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def code_of(refused: Any) -> str:
    """The code in the log of what this call answers."""
    with capture_logs() as logs:
        answer = refused()
    assert answer.status_code == 400, answer.text
    assert "The activity could not be opened" in answer.text
    assert not answer.headers.getlist("Set-Cookie")
    return str(logs[-1]["code"])


def test_nothing_is_made_until_the_proof(held: Held, session: Session) -> None:
    assert rows(session) == [0, 0, 0, 0]
    assert "segue_launch" not in str(held.page.headers)
    kept = session.scalars(select(LaunchPending)).one()
    assert "Ana" not in kept.claims_sealed
    assert held.pending not in kept.id_digest
    assert timedelta(minutes=1, seconds=50) < kept.expires_at - kept.created_at <= timedelta(minutes=2)


def test_the_proof_opens_the_course(client: FlaskClient, held: Held, session: Session) -> None:
    first = landed(held.finish(client))
    page = client.get(first, base_url=TOOL)
    assert page.status_code == 200
    assert rows(session) == [1, 1, 1, 1]
    assert session.scalar(select(func.count()).select_from(LaunchPending)) == 0


def test_the_proof_may_come_with_either_header(app: Flask, platform: Platform) -> None:
    for headers in ({"Origin": TOOL}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}):
        assert landed(Held(app, platform).finish(app.test_client(), **headers))


def test_of_twenty_parallel_proofs_exactly_one_gets_in(app: Flask, held: Held, session: Session) -> None:
    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(lambda _: held.finish(app.test_client()).status_code, range(20)))
    assert statuses == [200] + [400] * 19
    assert rows(session) == [1, 1, 1, 1]


def test_of_twenty_parallel_posts_without_the_cookie_exactly_one_is_held(
    app: Flask, platform: Platform, session: Session
) -> None:
    asked = platform.start(app.test_client())
    token = platform.lms.sign(platform.claims(asked))
    with ThreadPoolExecutor(20) as pool:
        posts = pool.map(lambda _: platform.post(app.test_client(), asked["state"], token), range(20))
        statuses = sorted(post.status_code for post in posts)
    assert statuses == [200] + [400] * 19
    assert session.scalar(select(func.count()).select_from(LaunchPending)) == 1


def test_two_minutes_are_enough_and_not_more(app: Flask, platform: Platform, session: Session) -> None:
    first, second = Held(app, platform), Held(app, platform)
    begun = datetime.now(UTC)
    with time_machine.travel(begun + timedelta(seconds=115)):
        assert landed(first.finish(app.test_client()))
    with time_machine.travel(begun + timedelta(seconds=125)):
        assert code_of(lambda: second.finish(app.test_client())) == "pending_unknown"


def test_what_was_never_finished_is_cleared(
    held: Held, session: Session, sessions: sessionmaker[Session]
) -> None:
    clear_ended(sessions)
    assert session.scalar(select(func.count()).select_from(LaunchPending)) == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3)):
        clear_ended(sessions)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LaunchPending)) == 0


@pytest.mark.parametrize(
    ("target", "offered"),
    [
        ("_parent", "_parent"),
        ("post_message_forwarding", "post_message_forwarding"),
        (None, None),
        ("", None),
        ("x" * 65, None),
        ("<script>", None),
        ("a b", None),
    ],
)
def test_the_platforms_storage(
    app: Flask, platform: Platform, target: str | None, offered: str | None
) -> None:
    """Told to the page with the one origin that may be told the secret, at login and at launch."""
    held = Held(app, platform, lti_storage_target=target)
    told = {"target": offered, "origin": platform.server.url} if offered else None
    assert held.kept["storage"] == told
    asked = data_of(held.page, "pending")
    assert asked["storage"] == told
    assert asked["key"] == held.kept["key"] == f"lti.v.{held.state[:8]}"


def test_the_platform_is_told_to_forget_the_secret_of_a_launch_that_came_with_the_cookie(
    client: FlaskClient, platform: Platform
) -> None:
    asked = platform.start(client, lti_storage_target="_parent")
    page = platform.post(client, asked["state"], platform.lms.sign(platform.claims(asked)))
    landing = data_of(page, "landing")
    assert landing["storage"] == {"target": "_parent", "origin": platform.server.url}
    assert landing["key"] == f"lti.v.{asked['state'][:8]}"


def test_the_secret_of_a_session_stands_on_the_landing_alone(client: FlaskClient, platform: Platform) -> None:
    page = platform.launch(client)
    landing = data_of(page, "landing")
    cookie = client.get_cookie("segue_launch", domain="127.0.0.1", path=f"/l/{landing['launch']}")
    assert cookie is not None
    assert landing["secret"] == cookie.value
    assert landing["secret"] not in landing["next"]
    assert landing["secret"] not in client.get(landing["next"], base_url=TOOL).text


def test_pages_on_the_way_may_be_framed_by_their_platform_alone(app: Flask, platform: Platform) -> None:
    held = Held(app, platform)
    pages = (platform.login(app.test_client()), held.page, held.finish(app.test_client()))
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors 'self' {platform.server.url}")
        assert page.headers["Cache-Control"] == "no-store"
    assert [page.headers["Referrer-Policy"] for page in pages] == [
        "no-referrer",
        "same-origin",
        "no-referrer",
    ]


def test_login_sends_the_same_parameters_again_in_a_new_window(app: Flask, platform: Platform) -> None:
    page = platform.login(app.test_client(), lti_storage_target="_parent", lti_message_hint='"><b>&x')
    form = page.text.partition('id="new-window"')[2].partition("</form>")[0]
    assert 'target="_blank"' in form
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    assert {name: html.unescape(value) for name, value in fields.items()} == {
        "iss": platform.lms.config.issuer,
        "login_hint": fields["login_hint"],
        "target_link_uri": fields["target_link_uri"],
        "client_id": "segue",
        "lti_deployment_id": "deployment-1",
        "lti_message_hint": '"><b>&x',
    }
