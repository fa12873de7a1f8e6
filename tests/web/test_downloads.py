"""Downloads: as they are with a cookie, and by an address that is signed for a minute without one."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.platforms.service import set_active
from tests.conftest import QueryCounter
from tests.factories.entrances import ISSUER, Course, Visitor
from tests.follow_ups.planning import ACTION, plan
from tests.web.test_sessions import TOOL, Tab, set_launch


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def path(ana: Visitor) -> str:
    return f"{plan(ana).removeprefix(ana.base)}/calendar.ics"


@pytest.fixture
def signed(app: Flask, ana: Visitor, path: str) -> str:
    """The address that a tab is given for it."""
    answer = Tab(app, ana).get(path)
    assert answer.status_code == 200
    assert answer.text == ""
    return answer.headers["Segue-Next"]


def open_signed(client: FlaskClient, address: str) -> int:
    return client.get(address, base_url=TOOL).status_code


def test_with_a_cookie_the_file_comes_at_once(ana: Visitor, path: str) -> None:
    answer = ana.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=follow-up.ics"
    assert answer.headers["Cache-Control"] == "no-store"
    assert ACTION in answer.text


def test_a_tab_gets_a_signed_address_that_holds_no_secret(
    app: Flask, ana: Visitor, path: str, signed: str, client: FlaskClient, count_queries: QueryCounter
) -> None:
    assert urlsplit(signed).path == ana.base + path
    assert {name for name, _ in parse_qsl(urlsplit(signed).query)} == {"until", "signature"}
    assert Tab(app, ana).secret not in signed
    with count_queries() as queries:
        answer = client.get(signed, base_url=TOOL)
    assert ACTION in answer.text
    assert not answer.headers.getlist("Set-Cookie")
    assert len(queries) == 2  # the session, and the follow-up


def test_for_a_minute(signed: str, client: FlaskClient) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now + timedelta(seconds=58)):
        assert open_signed(client, signed) == 200
    with time_machine.travel(now + timedelta(seconds=61)):
        assert open_signed(client, signed) == 401


def changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{urlencode({**dict(parse_qsl(parts.query)), **values})}"


def test_for_this_address_alone(
    app: Flask, course: Course, ana: Visitor, signed: str, client: FlaskClient
) -> None:
    until = dict(parse_qsl(urlsplit(signed).query))["until"]
    tom = course.visitor("Tom Becker")
    for other in (
        signed.replace("/calendar.ics", ""),
        signed.replace(ana.base, tom.base),
        f"{ana.base}/threads?{urlsplit(signed).query}",
        changed(signed, until=str(int(until) + 1)),
        changed(signed, until="9" * 30),
        changed(signed, until="x"),
        changed(signed, until="٣"),
        changed(signed, signature="0" * 64),
        changed(signed, signature=""),
        changed(signed, more="x"),
        f"{signed}&until={until}",
        f"{signed}&signature=x",
        signed.partition("&signature")[0],
    ):
        assert open_signed(client, other) == 401, other


def test_for_reading_alone(ana: Visitor, signed: str, client: FlaskClient) -> None:
    reports = signed.replace("/calendar.ics", "/reports")
    assert client.post(reports, data=ana.form("/threads/new"), base_url=TOOL).status_code == 401


def test_while_the_session_lives(
    ana: Visitor, signed: str, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    set_launch(sessions, ana, expires_at=datetime.now(UTC))
    assert open_signed(client, signed) == 401


def test_while_the_platform_is_active(signed: str, client: FlaskClient, session: Session) -> None:
    set_active(session, issuer=ISSUER, client_id="segue", active=False)
    session.commit()
    assert open_signed(client, signed) == 401


def test_to_one_who_may_have_it(app: Flask, course: Course, path: str) -> None:
    """Nobody is given an address for what is not theirs."""
    answer = Tab(app, course.visitor("Tom Becker")).get(path)
    assert answer.status_code == 404
    assert "Segue-Next" not in answer.headers


def test_a_stale_address_in_a_tab_gets_a_fresh_one(app: Flask, ana: Visitor, signed: str) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        again = Tab(app, ana).get(signed.removeprefix(ana.base)).headers["Segue-Next"]
        assert again != signed
        assert open_signed(app.test_client(), again) == 200
