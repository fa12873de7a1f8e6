"""Launches that are let in: what they make, and what they leave alone."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Course, Placement
from lti_tool.demo.lms import Launch as LmsLaunch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.demo.lms.keys import SigningKey
from lti_tool.launch.models import Launch, LaunchAttempt
from lti_tool.people.models import Membership, Person
from lti_tool.statements.models import StatementRow
from tests.launch.platform import TOOL, Platform, landed

LTI = "https://purl.imsglobal.org/spec/lti/claim/"


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
    assert "open the activity again" in page.text


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
    with time_machine.travel(begun + timedelta(hours=25)):
        answer = platform.launch(client)
    assert answer.status_code == 503
    assert "does not answer us at the moment" in answer.text


def _bend(**changes: Any) -> dict[str, Any]:
    return {(LTI + name if name in _LTI_NAMES else name): value for name, value in changes.items()}


_LTI_NAMES = {"roles", "context", "custom", "tool_platform", "launch_presentation", "resource_link"}
GONE = object()

ACCEPTED: dict[str, dict[str, Any]] = {
    "audience as a list of us alone": _bend(aud=["segue"]),
    "audience list with us second, azp us": _bend(aud=["other", "segue"], azp="segue"),
    "single audience with azp us": _bend(azp="segue"),
    "no roles": _bend(roles=[]),
    "unknown role": _bend(roles=["https://example.org/roles#Wizard"]),
    "short roles": _bend(roles=["Instructor", "Learner"]),
    "no name, no mail": _bend(name=GONE, given_name=GONE, family_name=GONE, email=GONE),
    "only mail": _bend(name=GONE, given_name=GONE, family_name=GONE),
    "names of parts": _bend(name=GONE),
    "null name": _bend(name=None),
    "no context": _bend(context=GONE),
    "context without title": _bend(context={"id": "c"}),
    "no title of the link": _bend(resource_link={"id": "r"}),
    "null title of the link": _bend(resource_link={"id": "r", "title": None}),
    "no platform claim": _bend(tool_platform=GONE),
    "no presentation": _bend(launch_presentation=GONE),
    "a locale that is none": _bend(launch_presentation={"locale": "../../etc"}),
    "unsubstituted custom": _bend(custom={"history": "$ResourceLink.id.history"}),
    "numbers in custom": _bend(custom={"n": 3, "deep": {"er": [1]}}),
    "just inside the leeway": {"exp": -45, "iat": -300},
    "clock 30 s ahead": {"iat": 30, "exp": 300},
    "hostile words": _bend(
        name="<script>alert(1)</script>\u202e\x00\ud800",
        resource_link={"id": "r", "title": "'\"><img src=x onerror=1>"},
    ),
    "very long words": _bend(name="x" * 10_000, resource_link={"id": "r", "title": "y" * 10_000}),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_legal_variants_get_in(client: FlaskClient, platform: Platform, name: str) -> None:
    asked = platform.start(client)
    claims = platform.claims(asked)
    now = int(datetime.now(UTC).timestamp())
    for claim, value in ACCEPTED[name].items():
        if value is GONE:
            del claims[claim]
        else:
            claims[claim] = now + value if claim in {"iat", "exp"} else value
    answer = platform.post(client, asked["state"], platform.lms.sign(claims))
    page = client.get(landed(answer), base_url=TOOL)
    assert page.status_code == 200
    assert not re.search(r"<(script>alert|img)", page.text)


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
