"""Launches that are let in: what they make, and what they leave alone."""

import html
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Course, Placement
from lti_tool.demo.lms import Launch as LmsLaunch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.demo.lms.keys import SigningKey
from lti_tool.launch.models import Launch, LaunchAttempt
from lti_tool.people.models import Membership, Person
from lti_tool.platforms.service import set_active
from lti_tool.statements.models import StatementRow
from tests.launch.platform import TOOL, Platform, asked_of, landed, next_address


def test_a_launch_opens_the_course(client: FlaskClient, platform: Platform, session: Session) -> None:
    first = landed(platform.launch(client))
    launch = session.scalars(select(Launch)).one()
    assert first == f"/l/{launch.id}/threads"
    page = client.get(first, base_url=TOOL)
    assert page.status_code == 200
    person, course = session.scalars(select(Person)).one(), session.scalars(select(Course)).one()
    membership, placement = (
        session.scalars(select(Membership)).one(),
        session.scalars(select(Placement)).one(),
    )
    assert (person.sub, person.name) == (PEOPLE[0].sub, "Ana Ruiz")
    assert (course.context_id, course.title) == (COURSES[0].context_id, COURSES[0].title)
    assert placement.resource_link_id == COURSES[0].links[0].id
    assert membership.role == "learner"
    assert placement.title in page.text


def test_the_statement_of_a_launch(client: FlaskClient, platform: Platform, session: Session) -> None:
    platform.launch(client)
    launch = session.scalars(select(Launch)).one()
    statement = json.loads(session.scalars(select(StatementRow.body)).one())
    assert statement["verb"]["id"] == "http://adlnet.gov/expapi/verbs/launched"
    assert statement["actor"]["account"] == {"homePage": platform.server.url, "name": PEOPLE[0].sub}
    assert statement["object"]["id"] == f"{TOOL}/xapi/a/{launch.placement_id}"
    assert f"{TOOL}/xapi/a/{launch.course_id}" in [
        activity["id"] for activity in statement["context"]["contextActivities"]["grouping"]
    ]
    assert "Ana" not in json.dumps(statement)


def test_the_same_person_again_makes_no_second_row(app: Flask, platform: Platform, session: Session) -> None:
    platform.launch(app.test_client())
    platform.launch(app.test_client())
    for model in (Person, Course, Placement, Membership):
        assert session.scalar(select(func.count()).select_from(model)) == 1
    assert session.scalar(select(func.count()).select_from(Launch)) == 2


def test_roles_follow_each_launch(app: Flask, platform: Platform, session: Session) -> None:
    for person, role in zip(
        PEOPLE, ["learner", "learner", "learner", "assistant", "instructor"], strict=True
    ):
        launch = LmsLaunch(person=person, course=COURSES[0], link=COURSES[0].links[0])
        assert landed(platform.launch(app.test_client(), launch))
        kept = session.scalars(
            select(Membership.role)
            .join(Person, Person.id == Membership.person_id)
            .where(Person.sub == person.sub)
        )
        assert kept.one() == role


def test_two_courses_in_two_tabs_of_one_browser_stay_apart(client: FlaskClient, platform: Platform) -> None:
    first = landed(platform.launch(client))
    other = LmsLaunch(person=PEOPLE[4], course=COURSES[1], link=COURSES[1].links[0])
    second = landed(platform.launch(client, other))
    here, there = (client.get(path, base_url=TOOL).text for path in (first, second))
    assert COURSES[0].links[0].title in here
    assert COURSES[1].links[0].title in there
    assert COURSES[1].links[0].title not in here


def test_a_launch_of_another_browser_is_closed_to_this_one(app: Flask, platform: Platform) -> None:
    address = landed(platform.launch(app.test_client()))
    stranger = app.test_client()
    platform.launch(stranger)
    page = stranger.get(address, base_url=TOOL)
    assert page.status_code == 401
    assert "You can't open this page here" in page.text


@pytest.mark.parametrize(
    ("later", "status"), [(timedelta(hours=1), 200), (timedelta(hours=2, minutes=1), 401)]
)
def test_a_session_ends_with_idleness(
    client: FlaskClient, platform: Platform, later: timedelta, status: int
) -> None:
    address = landed(platform.launch(client))
    with time_machine.travel(datetime.now(UTC) + later):
        assert client.get(address, base_url=TOOL).status_code == status


def test_a_session_in_use_ends_after_twelve_hours(client: FlaskClient, platform: Platform) -> None:
    address = landed(platform.launch(client))
    begun = datetime.now(UTC)
    for hours in range(1, 12):
        with time_machine.travel(begun + timedelta(hours=hours)):
            assert client.get(address, base_url=TOOL).status_code == 200
    with time_machine.travel(begun + timedelta(hours=12, minutes=1)):
        assert client.get(address, base_url=TOOL).status_code == 401


def test_of_twenty_posts_of_one_token_exactly_one_gets_in(
    client: FlaskClient, app: Flask, platform: Platform, session: Session
) -> None:
    asked = platform.start(client)
    token = platform.lms.sign(platform.claims(asked))
    name = next(iter((client._cookies or {}).values())).key
    cookie = client.get_cookie(name, domain="127.0.0.1")
    assert cookie is not None

    def post(_: int) -> int:
        browser = app.test_client()
        browser.set_cookie(name, cookie.value, domain="127.0.0.1")
        return platform.post(browser, asked["state"], token).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(post, range(20)))
    assert statuses == [200] + [400] * 19
    assert session.scalar(select(func.count()).select_from(Launch)) == 1
    assert session.scalar(select(func.count()).select_from(StatementRow)) == 1


def test_a_rotated_platform_key_is_fetched_once(
    client: FlaskClient, platform: Platform, tmp_path: Any
) -> None:
    assert landed(platform.launch(client))
    platform.lms.key = SigningKey.load_or_create(tmp_path / "next.pem")
    platform.publish()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        assert landed(platform.launch(client))
        assert landed(platform.launch(client))
    asked = [path for path, _ in platform.server.asked if path == "/jwks.json"]
    assert len(asked) == 2


def test_kept_keys_serve_for_a_day_while_the_platform_does_not_answer(
    client: FlaskClient, platform: Platform
) -> None:
    assert landed(platform.launch(client))
    platform.server.answers["/jwks.json"] = (500, "text/plain", b"down")
    begun = datetime.now(UTC)
    with time_machine.travel(begun + timedelta(hours=23)):
        assert landed(platform.launch(client))
    # Asked again or not, it is the platform that has to answer first.
    with time_machine.travel(begun + timedelta(hours=25)):
        answers = [platform.launch(client) for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 503
        assert "is not responding at the moment" in answer.text
    assert len(platform.server.asked) == 3


def test_strangers_make_the_platform_be_asked_for_keys_once(
    client: FlaskClient, platform: Platform, app: Flask
) -> None:
    """Whoever invents key ids has the platform asked once a minute, and keeps nobody out."""
    assert landed(platform.launch(client))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        for number in range(10):
            asked = platform.start(client)
            token = platform.lms.sign(platform.claims(asked), {"kid": f"invented-{number}"})
            assert platform.post(client, asked["state"], token).status_code == 400
        assert landed(platform.launch(app.test_client()))
    assert [path for path, _ in platform.server.asked] == ["/jwks.json"] * 2


def test_login_leads_to_the_registered_address_alone(client: FlaskClient, platform: Platform) -> None:
    """With what the platform said as parameters, whatever it is."""
    hostile = 'x&redirect_uri=https://evil.test#"><script>'
    page = platform.login(client, login_hint=hostile, lti_message_hint=hostile)
    assert next_address(page).partition("?")[0] == platform.lms.config.auth_url
    asked = asked_of(page)
    assert asked["redirect_uri"] == f"{TOOL}/lti/launch"
    assert asked["login_hint"] == html.unescape(hostile)
    assert "<script>" not in page.text.replace("<script ", "")


def test_a_secret_that_was_there_before_opens_nothing(client: FlaskClient, platform: Platform) -> None:
    """Nobody can choose somebody's session for them: each launch has its own id and its own secret."""
    for path in ("/", "/l"):
        client.set_cookie("segue_launch", "chosen by somebody else", domain="127.0.0.1", path=path)
    first, second = (landed(platform.launch(client)) for _ in range(2))
    assert first != second
    for address in (first, second):
        path = "/".join(address.split("/")[:3])
        own = client.get_cookie("segue_launch", domain="127.0.0.1", path=path)
        assert own
        assert own.value != "chosen by somebody else"
        client.delete_cookie("segue_launch", domain="127.0.0.1", path=path)
        assert client.get(address, base_url=TOOL).status_code == 401


def test_a_disabled_registration_ends_its_sessions(
    client: FlaskClient, platform: Platform, sessions: sessionmaker[Session]
) -> None:
    inside = landed(platform.launch(client))
    with unit_of_work(sessions) as session:
        set_active(session, issuer=platform.lms.config.issuer, client_id="segue", active=False)
    assert client.get(inside, base_url=TOOL).status_code == 401


def test_ended_attempts_and_sessions_are_cleared_after_a_day(
    client: FlaskClient, platform: Platform, session: Session, sessions: Any
) -> None:
    from lti_tool.launch.tasks import clear_ended

    platform.start(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=20)):
        clear_ended(sessions)
        assert session.scalar(select(func.count()).select_from(LaunchAttempt)) == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=26)):
        clear_ended(sessions)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LaunchAttempt)) == 0
