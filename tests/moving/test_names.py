"""A move of people whom the platform gives no name, in a course that is in both registrations."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.people.models import Membership
from tests.factories.entrances import Course, Visitor
from tests.moving.test_moving import move


def nameless(course: Course, sub: str, own_name: str) -> Visitor:
    visitor = course.visitor("", sub=sub)
    assert visitor.send("/name", "/name", {"name": own_name}).status_code == 303
    return visitor


def test_two_people_of_one_number_or_name_stay_two(
    course: Course, target: Course, sessions: sessionmaker[Session], session: Session
) -> None:
    ana, tom = nameless(course, "ana", "Heron"), nameless(target, "tom", "Heron")
    before = select(Membership.person_id, Membership.number, Membership.own_name)
    assert {tuple(row)[1:] for row in session.execute(before)} == {(1, "Heron")}
    move(sessions, course, target)
    session.rollback()
    members = {row.person_id: (row.number, row.own_name) for row in session.execute(before)}
    # The first registration's person keeps both; the other gets the next number, and may choose anew.
    assert members == {ana.actor.person_id: (1, "Heron"), tom.actor.person_id: (2, None)}
    assert len(set(session.scalars(select(Membership.course_id)))) == 1
    assert target.visitor("", sub="new").actor.course_id == ana.actor.course_id
    session.rollback()
    assert sorted(session.scalars(select(Membership.number)).all(), key=str) == [1, 2, 3]
