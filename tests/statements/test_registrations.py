"""`context.registration`: one person in one course, whatever an administrator changes."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.core.actor import ActorMode, Naming
from lti_tool.core.db import unit_of_work
from lti_tool.people.models import Membership, Person
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import set_naming
from lti_tool.posts.models import Post
from lti_tool.privacy.erasing import erase
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course
from tests.follow_ups.planning import plan, report
from tests.threads.test_threads import post_thread

LMS = "https://records.lms.example/users"


def statements(session: Session) -> list[dict[str, Any]]:
    session.expire_all()
    rows = session.scalars(select(StatementRow.body).order_by(StatementRow.seq))
    return [json.loads(body) for body in rows]


def registrations(session: Session) -> list[str]:
    return [it["context"]["registration"] for it in statements(session)]


def choose(course: Course, naming: Naming) -> None:
    with unit_of_work(course.sessions) as session:
        set_naming(session, registration_id=course.tenant.registration_id, naming=naming)


@pytest.mark.parametrize(
    "others",
    [Naming(ActorMode.PSEUDONYM), Naming(home_page=LMS), Naming(ActorMode.PSEUDONYM, LMS, sends_text=True)],
)
@pytest.mark.parametrize("turned", [1, -1])
def test_a_report_has_its_plans_whatever_people_are_called_meanwhile(
    course: Course, session: Session, others: Naming, turned: int
) -> None:
    first, then = (Naming(), others)[::turned]
    choose(course, first)
    ana = course.visitor("Ana Ruiz")
    planned = plan(ana)
    choose(course, then)
    assert report(ana, planned, "did").status_code == 303
    one, other = statements(session)
    assert one["actor"] != other["actor"]
    assert one["context"]["registration"] == other["context"]["registration"]


def test_a_report_has_its_plans_whatever_became_of_the_persons_own(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    planned = plan(ana)
    (was,) = registrations(session)
    session.execute(update(Membership).values(xapi_registration=uuid4()))
    session.commit()
    assert report(ana, planned, "did").status_code == 303
    post_thread(ana, title="Another")
    *_, reported, other = registrations(session)
    assert reported == was != other


def test_a_plan_from_what_somebody_else_wrote_is_ones_own(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana)
    (opening,) = session.scalars(select(Post))
    planned = plan(tom, source=str(opening.id))
    assert report(tom, planned, "did").status_code == 303
    (anas, posted), *toms = [(it["context"]["registration"], it["id"]) for it in statements(session)]
    assert statements(session)[1]["context"]["statement"]["id"] == posted
    assert len(toms) == 2
    assert {registration for registration, _ in toms} == {str(tom.actor.xapi_registration)} != {anas}


def test_it_is_one_for_each_person_in_each_course(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    for who in (ana, tom, ana, course.visitor("Ana Ruiz"), course.visitor("Ana Ruiz", context_id="course-2")):
        post_thread(who, title=f"Of {who.launch_id} {uuid4()}")
    first, others, second, third, elsewhere = registrations(session)
    assert first == second == third
    assert len({first, others, elsewhere}) == 3


def test_it_is_drawn_and_goes_with_the_person(course: Course, session: Session) -> None:
    """The same ids have another one after an erasure: none can be worked out of them."""
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    (was,) = registrations(session)
    assert UUID(was).version == 4
    with unit_of_work(course.sessions) as writing:
        person = writing.get_one(Person, ana.actor.person_id)
        erase(writing, writing.get_one(Registration, person.registration_id), person)
    post_thread(course.visitor("Ana Ruiz"))
    assert registrations(session) != [was]
    held = session.scalars(select(Membership.xapi_registration)).all()
    assert [str(it) for it in held] == registrations(session)
