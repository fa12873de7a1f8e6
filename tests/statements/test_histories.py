"""`context.registration`: one person in one course, whatever an administrator changes."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor, ActorMode, Naming
from lti_tool.core.db import unit_of_work
from lti_tool.people.models import Membership, Person
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import set_naming
from lti_tool.posts.models import Post
from lti_tool.privacy.erasing import erase
from lti_tool.statements.histories import history_of
from lti_tool.statements.models import StatementRow
from tests.catalogue.told import FORGET
from tests.factories.entrances import ISSUER, Course
from tests.follow_ups.planning import plan, report
from tests.threads.test_threads import post_thread

_BEFORE = UUID("6f9b1a0e-54d5-5a3c-9b57-2f7f3c1f6f5e")
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


def forget_history(session: Session, actor: Actor) -> None:
    """As before the update to 0034."""
    session.execute(update(Membership).filter_by(person_id=actor.person_id).values(history_id=None))
    session.commit()


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


def test_a_plan_of_before_the_update_and_its_report_have_the_one_of_then(
    course: Course, session: Session
) -> None:
    ana = course.visitor("Ana Ruiz")
    planned = plan(ana)
    (made,) = registrations(session)
    was = str(uuid5(_BEFORE, f"{ISSUER}\n1\ncourse-1\nana-ruiz"))
    session.execute(
        text("update statement set body = replace(body, :made, :was)"), {"made": made, "was": was}
    )
    session.execute(text(FORGET))  # the statement as it is made today was never there
    forget_history(session, ana.actor)
    # Their history goes on with it as well; and a plan keeps it even where another was drawn since.
    post_thread(ana)
    assert registrations(session) == [was, was]
    session.execute(update(Membership).values(history_id=uuid4()))
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
    assert {registration for registration, _ in toms} == {str(tom.actor.history_id)} != {anas}


def test_who_never_did_anything_before_the_update_gets_one_that_stays(
    course: Course, session: Session
) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    forget_history(session, ana.actor)
    forget_history(session, tom.actor)
    for who in (ana, tom, ana, course.visitor("Ana Ruiz"), course.visitor("Ana Ruiz", context_id="course-2")):
        post_thread(who, title=f"Of {who.launch_id} {uuid4()}")
    first, others, second, third, elsewhere = registrations(session)
    assert first == second == third
    assert len({first, others, elsewhere}) == 3


def test_of_two_first_acts_at_once_both_have_the_same(
    course: Course, session: Session, engine: Engine
) -> None:
    actor = course.visitor("Ana Ruiz").actor
    forget_history(session, actor)
    unknown = Actor(**{name: getattr(actor, name) for name in Actor.__slots__} | {"history_id": None})

    def other() -> UUID:
        with unit_of_work(course.sessions) as writing:
            return history_of(writing, unknown)

    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(course.sessions) as writing:
            mine = history_of(writing, unknown)
            theirs = pool.submit(other)
            with engine.connect() as watching:
                while not watching.scalar(text("select count(*) from pg_locks where not granted")):
                    watching.rollback()
        assert theirs.result(timeout=20) == mine


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
    held = session.scalars(select(Membership.history_id)).all()
    assert [str(it) for it in held] == registrations(session)
