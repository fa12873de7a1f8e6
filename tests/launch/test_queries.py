"""What login and launch ask of the database: as much in a small installation as in a large one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock, events
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Course, Placement
from lti_tool.demo.lms import Launch as LmsLaunch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.launch.events import Launched
from lti_tool.launch.models import LaunchAttempt
from lti_tool.launch.sessions import find_actor
from lti_tool.people.models import Membership, Person
from lti_tool.platforms.models import Deployment
from tests.conftest import QueryCounter
from tests.launch.platform import DEFAULT, Platform, landed

LOGIN, LAUNCH = 2, 5
NEWCOMER = replace(DEFAULT, person=PEOPLE[1])


def counted(app: Flask, platform: Platform, launch: LmsLaunch, count_queries: QueryCounter) -> list[int]:
    """The queries of one login and of its launch."""
    client = app.test_client()
    with count_queries() as at_login:
        asked = platform.start(client, launch)
    token = platform.lms.sign(platform.claims(asked, launch))
    with count_queries() as at_launch:
        landed(platform.post(client, asked["state"], token))
    return [len(at_login), len(at_launch)]


def fill(session: Session, platform: Platform) -> None:
    """500 people, courses with an activity each, and attempts that lead nowhere."""
    deployment = session.scalars(select(Deployment)).one()
    for number in range(500):
        person = Person(registration_id=platform.registration_id, sub=f"sub-{number}", name="Somebody")
        course = Course(deployment_id=deployment.id, context_id=f"context-{number}", title="A course")
        attempt = LaunchAttempt(
            state_digest=f"state-{number}",
            nonce="n",
            browser_digest="b",
            registration_id=platform.registration_id,
            target_link_uri="t",
            expires_at=clock.now() + timedelta(minutes=5),
        )
        session.add_all([person, course, attempt])
        session.flush()
        session.add(Placement(course_id=course.id, resource_link_id="link", title="A talk", description=""))
        session.add(Membership(course_id=course.id, person_id=person.id, role="learner"))


def test_queries_do_not_grow_with_what_is_there(
    app: Flask, platform: Platform, sessions: sessionmaker[Session], count_queries: QueryCounter
) -> None:
    landed(platform.launch(app.test_client()))
    assert counted(app, platform, DEFAULT, count_queries) == [LOGIN, LAUNCH]
    with unit_of_work(sessions) as session:
        fill(session, platform)
    assert counted(app, platform, DEFAULT, count_queries) == [LOGIN, LAUNCH]


def test_a_newcomer_costs_two_queries_more(
    app: Flask, platform: Platform, count_queries: QueryCounter
) -> None:
    landed(platform.launch(app.test_client()))
    assert counted(app, platform, NEWCOMER, count_queries) == [LOGIN, LAUNCH + 2]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Launched]:
    """The launches that subscribers were told of."""
    seen: list[Launched] = []
    tell = events.record

    def record(session: Session, event: object) -> None:
        if isinstance(event, Launched):
            seen.append(event)
        tell(session, event)

    monkeypatch.setattr(events, "record", record)
    return seen


def test_subscribers_get_the_actor_that_pages_will_read(
    client: FlaskClient, platform: Platform, session: Session, told: list[Launched]
) -> None:
    instructor = LmsLaunch(person=PEOPLE[-1], course=COURSES[0], link=COURSES[0].links[1])
    for launch in (DEFAULT, DEFAULT, NEWCOMER, instructor):
        page = platform.launch(client, launch)
        landed(page)
        cookies = page.headers.getlist("Set-Cookie")
        [secret] = [it.split(";")[0].partition("=")[2] for it in cookies if it.startswith("segue_launch=")]
        actor = told[-1].actor
        assert actor == find_actor(session, launch_id=actor.launch_id, secret=secret)
    assert len(told) == 4
