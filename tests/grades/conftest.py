"""A graded activity at the demo LMS, over real HTTP, and people in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Course as CourseRow
from lti_tool.courses.models import Placement
from lti_tool.demo.lms import Launch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE, Link, Person
from lti_tool.grades.models import LineItem, Score, ScoreDelivery
from lti_tool.grades.sending import send_due
from lti_tool.launch.admission import admit
from lti_tool.launch.entrance import find_entrance
from lti_tool.launch.message import read_message
from lti_tool.launch.sessions import find_actor
from lti_tool.platforms.models import Registration
from tests.factories.entrances import Visitor
from tests.served_lms import ServedLms, serve_lms

ANA, TOM, YUSUF, PRIYA, INES = PEOPLE
COURSE = COURSES[0]
UNGRADED, GRADED = COURSE.links
"""The LMS has a column, out of 10, for the second one."""


@pytest.fixture
def lms(app: Flask, sessions: sessionmaker[Session], tmp_path: Path, lms_pem: bytes) -> Iterator[ServedLms]:
    with serve_lms(app, sessions, tmp_path / "lms", lms_pem) as served:
        yield served


@dataclass(frozen=True)
class Gradebook:
    """The LMS's gradebook, and the tool's people who write into it."""

    lms: ServedLms
    app: Flask
    sessions: sessionmaker[Session]

    def enter(self, person: Person, link: Link = GRADED) -> Visitor:
        """By a launch of the LMS."""
        lms = self.lms.lms
        message = read_message(lms.launch_claims(Launch(person=person, course=COURSE, link=link), nonce="n"))
        with unit_of_work(self.sessions) as session:
            registration = session.get_one(Registration, self.lms.registration_id)
            entrance = find_entrance(session, registration=registration, message=message)
            accepted = admit(entrance, message)
            actor = find_actor(session, launch_id=accepted.launch_id, secret=accepted.secret)
        assert actor is not None
        return Visitor(self.app, actor, accepted.secret)

    def change_placement(self, actor: Actor, **values: Any) -> None:
        with unit_of_work(self.sessions) as session:
            session.execute(update(Placement).filter_by(id=actor.placement_id).values(**values))
            session.execute(delete(LineItem))

    def change_course(self, actor: Actor, **values: Any) -> None:
        with unit_of_work(self.sessions) as session:
            session.execute(update(CourseRow).filter_by(id=actor.course_id).values(**values))

    def send(self) -> timedelta | None:
        """What the job does."""
        return send_due(self.sessions, self.lms.registration_id)

    def let_time_pass(self) -> None:
        """As if every time to wait had passed, and a dead worker's lease run out."""
        past = clock.now() - timedelta(seconds=1)
        with unit_of_work(self.sessions) as session:
            session.execute(update(Score).where(Score.due_at.is_not(None)).values(due_at=past))
            session.execute(update(ScoreDelivery).values(paused_until=None, lease_until=past))

    def score(self, person_id: UUID) -> Score:
        with self.sessions() as session:
            return session.scalars(select(Score).filter_by(person_id=person_id)).one()

    def columns(self) -> dict[str, dict[str, Any]]:
        return self.lms.lms.state.line_items(COURSE)

    def column_of(self, link: Link = GRADED) -> str:
        (found,) = (key for key, item in self.columns().items() if item.get("resourceLinkId") == link.id)
        return found

    def kept(self, person: Person, link: Link = GRADED) -> dict[str, Any] | None:
        """What the LMS knows of somebody's score."""
        return self.lms.lms.state.scores(self.column_of(link)).get(person.sub)


@pytest.fixture
def gradebook(lms: ServedLms, app: Flask, sessions: sessionmaker[Session]) -> Gradebook:
    return Gradebook(lms, app, sessions)
