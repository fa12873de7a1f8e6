"""Whom one is offered while one types: as quick in a course of twenty thousand as in one of ten."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.ids import new_row_id
from lti_tool.mentions.queries import suggestions
from lti_tool.people.models import CourseName, Membership, Person
from lti_tool.people.names import beginnings
from lti_tool.people.roster import Member
from lti_tool.people.roster_changes import apply_roster
from lti_tool.people.service import keep_person
from tests.factories.entrances import Course, Visitor

MANY = 20_000


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ana Ruiz", ["ana ruiz", "ruiz"]),
        ("  José  María\tPérez ", ["jose maria perez", "maria perez", "perez"]),
        ("Ana Ana", ["ana ana", "ana"]),
        ("STRASSE Straße", ["strasse strasse", "strasse"]),
        ("李小龍", ["李小龍"]),
        ("a\x00b", ["ab"]),
        ("", []),
        ("\u0301", []),
    ],
)
def test_a_name_is_found_by_each_of_its_words(name: str, kept: list[str]) -> None:
    assert beginnings(name) == kept
    assert len(beginnings("x " * 5000)) <= 8
    assert all(len(it) <= 200 for it in beginnings("y" * 5000))


def offered(session: Session, visitor: Visitor, typed: str) -> list[str]:
    session.rollback()
    return [it.name for it in suggestions(session, visitor.actor, typed, staff_name="staff")]


def test_a_launch_a_new_name_and_a_second_course(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    for link in ("course-1", "course-2"):
        course.visitor("Zoë Ärger", context_id=link)
    assert offered(session, ana, "zoe") == offered(session, ana, "ARG") == ["Zoë Ärger"]
    person = session.scalars(select(Person).filter_by(name="Zoë Ärger")).one()
    keep_person(session, registration_id=person.registration_id, sub=person.sub, name="Zoë Friede")
    session.commit()
    assert offered(session, ana, "ärger") == []
    assert offered(session, ana, "friede") == ["Zoë Friede"]
    kept = session.execute(select(CourseName.course_id, CourseName.beginning).filter_by(person_id=person.id))
    assert sorted(it.beginning for it in kept) == ["friede", "friede", "zoe friede", "zoe friede"]


def test_a_roster_adds_and_corrects_names(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    session.execute(text("update person set name_beginnings = '{}'"))
    session.commit()
    tom = course.visitor("Tom Becker")
    assert offered(session, tom, "ruiz") == []

    def read(**names: str) -> None:
        people = [
            Member(sub=sub.replace("_", "-"), name=name, role=Role.LEARNER, is_present=True, groups=())
            for sub, name in names.items()
        ]
        apply_roster(
            session,
            registration_id=course.tenant.registration_id,
            course_id=ana.actor.course_id,
            members={it.sub: it for it in people},
            began=clock.now(),
        )
        session.commit()

    read(ana_ruiz="Ana Ruiz", tom_becker="Tom Becker", mia="Mia Öberg")
    assert offered(session, tom, "ruiz") == ["Ana Ruiz"]
    assert offered(session, tom, "oberg") == ["Mia Öberg"]
    read(ana_ruiz="Ana Ruiz", tom_becker="Tom Becker", mia="Mia Sund")
    assert offered(session, tom, "oberg") == []
    assert offered(session, tom, "sund") == ["Mia Sund"]


def test_typed_wildcards_are_text_and_each_person_is_suggested_once(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    for name in ("Mara Mara", "Mara Lind", "Percy 100%", "Under_score"):
        course.visitor(name)
    assert offered(session, ana, "mara") == ["Mara Lind", "Mara Mara"]
    assert offered(session, ana, "mara l") == ["Mara Lind"]
    assert offered(session, ana, "%") == offered(session, ana, "_") == offered(session, ana, "\x00") == []
    assert offered(session, ana, "100%") == ["Percy 100%"]
    assert offered(session, ana, "\U0010ffff") == []


def fill(session: Session, visitor: Visitor, registration_id: UUID, many: int) -> None:
    people = [
        {
            "id": new_row_id(),
            "registration_id": registration_id,
            "sub": f"p{at}",
            "name": f"Maria Nr{at:05} Berg",
        }
        for at in range(many)
    ]
    session.execute(Person.__table__.insert(), people)  # type: ignore[attr-defined]
    parts = [
        {"course_id": visitor.actor.course_id, "person_id": it["id"], "role": "learner"} for it in people
    ]
    session.execute(Membership.__table__.insert(), parts)  # type: ignore[attr-defined]
    session.commit()
    session.execute(text("analyze"))
    session.commit()


def how_it_is_read(engine: Engine, visitor: Visitor, typed: str) -> tuple[int, str]:
    """How many queries one suggestion takes, and the plan of the last as the database carried it out."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_others: object) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    with Session(engine) as session:
        assert len(suggestions(session, visitor.actor, typed, staff_name="staff")) in {1, 8}
    event.remove(engine, "before_cursor_execute", note)
    statement, values = asked[-1]
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"explain (analyze, timing off, costs off) {statement}", values)
        return len(asked), "\n".join(plan.scalars())


@pytest.mark.parametrize("many", [10, pytest.param(MANY, marks=pytest.mark.slow)])
def test_twenty_thousand_people_cost_what_ten_do(
    course: Course, session: Session, engine: Engine, many: int
) -> None:
    ana = course.visitor("Ana Ruiz")
    fill(session, ana, course.tenant.registration_id, many)
    for typed in ("maria", "m", "berg", "nr00003"):
        queries, plan = how_it_is_read(engine, ana, typed)
        assert queries == 1
        read = [int(it) for it in re.findall(r"actual rows=(\d+)", plan)]
        assert max(read) <= 60, plan
