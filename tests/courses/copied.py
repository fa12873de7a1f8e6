"""Launches into courses and copies of them, each said in one line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Activity, Course, Placement, PlannedActivity
from lti_tool.demo.lms import Launch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE, Link
from lti_tool.launch.models import Launch as LaunchRow
from lti_tool.people.models import Person
from lti_tool.platforms.service import add_deployment
from tests.launch.platform import TOOL, Platform

ANA, INES = PEOPLE[0], PEOPLE[4]
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
SETTINGS = {"prompt": "How would you begin?", "points": 5}


@dataclass
class CopyingPlatform:
    """The platform of launch tests, with courses and links as a test names them."""

    platform: Platform
    sessions: sessionmaker[Session]

    def come(
        self,
        course: str,
        link: str,
        *,
        title: str = "Talk it through",
        person: Any = ANA,
        custom: Mapping[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> FlaskClient:
        """Somebody launches the link of the course; `custom` is all that the platform says of histories."""
        launch = Launch(
            person=person,
            course=replace(COURSES[0], context_id=course, title=f"Course {course}"),
            link=Link(id=link, title=title),
        )
        client = self.platform.app.test_client()
        deployment = (claims or {}).get(f"{LTI}deployment_id", self.platform.lms.config.deployment_id)
        asked = self.platform.start(client, launch, lti_deployment_id=deployment)
        message = self.platform.claims(asked, launch) | {f"{LTI}custom": dict(custom or {}), **(claims or {})}
        answer = self.platform.post(client, asked["state"], self.platform.lms.sign(message))
        assert answer.status_code < 400, answer.text
        return client

    def placement(self, course: str, link: str) -> Placement:
        with self.sessions() as session:
            return session.scalars(
                select(Placement)
                .join(Course, Course.id == Placement.course_id)
                .where(Course.context_id == course, Placement.resource_link_id == link)
            ).one()

    def configure(self, course: str, link: str, settings: Mapping[str, Any] = SETTINGS) -> Placement:
        """Staff set the activity up: a help activity with these settings."""
        with unit_of_work(self.sessions) as session:
            placement = session.get_one(Placement, self.placement(course, link).id)
            placement.activity, placement.settings = Activity.HELP, dict(settings)
        return self.placement(course, link)

    def plan(self, course: str, *, registration_id: UUID | None = None, title: str = "Planned") -> UUID:
        """An activity chosen in deep linking, for a course that somebody came into already."""
        with unit_of_work(self.sessions) as session:
            planned = PlannedActivity(
                registration_id=registration_id or self.platform.registration_id,
                course_id=session.scalars(select(Course.id).filter_by(context_id=course)).one(),
                author_id=session.scalars(select(Person.id)).first(),
                activity=Activity.FOLLOW_UP,
                title=title,
                settings={"prompt": "planned"},
                submission_key=uuid4(),
            )
            session.add(planned)
            session.flush()
            return planned.id

    def add_deployment(self, name: str) -> dict[str, str]:
        """Another deployment of the registration: what a launch from there claims."""
        with unit_of_work(self.sessions) as session:
            add_deployment(session, registration_id=self.platform.registration_id, deployment_id=name)
        return {f"{LTI}deployment_id": name}


class CopiedPage:
    """The page of a placement's newest launch, in the browser that launched."""

    def __init__(self, copying: CopyingPlatform, client: FlaskClient) -> None:
        self.client = client
        with copying.sessions() as session:
            launch = session.scalars(select(LaunchRow).order_by(LaunchRow.created_at.desc()).limit(1)).one()
        self.base = f"/l/{launch.id}"

    def get(self, path: str = "/help") -> TestResponse:
        return self.client.get(self.base + path, base_url=TOOL)

    def choose(self, choice: str | None, **changes: str) -> TestResponse:
        """Press one of the panel's buttons, or send its form without."""
        found = re.findall(
            r'<input name="(csrf_token|submission)" type="hidden" value="([^"]+)">',
            self.get("/threads/new").text,
        )
        data = {**dict(found), **({"choice": choice} if choice else {}), **changes}
        return self.client.post(f"{self.base}/activity/copy", data=data, base_url=TOOL)
