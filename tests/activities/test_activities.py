"""Setting an activity up: by staff alone, with what everybody then sees."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.courses.models import Course as CourseRow
from lti_tool.courses.models import Placement
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor

SETUP = {"activity": "discussion", "prompt": "Which opening **fails** in your team?"}
PAGES = {"discussion": "/threads", "help": "/help", "follow_up": "/follow-ups"}


@pytest.fixture
def teacher(course: Course) -> Visitor:
    return course.visitor("Ines Koch", role=Role.INSTRUCTOR)


def give_gradebook(session: Session) -> None:
    session.execute(update(CourseRow).values(line_items_url="https://lms.example/items"))
    session.commit()


@pytest.mark.parametrize("activity", PAGES)
def test_what_is_set_up_is_what_everybody_sees(course: Course, teacher: Visitor, activity: str) -> None:
    answer = teacher.send("/activity", "/activity", {**SETUP, "activity": activity})
    assert answer.status_code == 303
    assert answer.location == teacher.base + PAGES[activity]
    ana = course.visitor("Ana Ruiz")
    for kind, path in PAGES.items():
        page = ana.get(path).text
        assert ("Which opening <strong>fails</strong>" in page) is (kind == activity)
        assert ("Talk it through</h1>" in page) is (kind == activity)
    assert "<strong>fails" not in ana.get("/threads?where=course").text


def test_the_page_shows_what_was_set_up_before(teacher: Visitor) -> None:
    teacher.send("/activity", "/activity", {**SETUP, "activity": "help"})
    page = teacher.get("/activity").text
    assert "Which opening **fails** in your team?" in page
    chosen = next(tag for tag in page.split("<input") if " checked" in tag.partition(">")[0])
    assert 'value="help"' in chosen


def test_only_staff_find_it(course: Course, teacher: Visitor) -> None:
    for role in (Role.LEARNER, Role.OBSERVER):
        visitor = course.visitor(f"A {role}", role=role)
        assert "Set up" not in visitor.get("/threads").text
        assert visitor.get("/activity").status_code == 404
        assert visitor.send("/threads/new", "/activity", SETUP).status_code == 404
    assistant = course.visitor("Priya Nair", role=Role.ASSISTANT)
    for visitor in (teacher, assistant):
        assert 'href="' + visitor.base + '/activity"' in visitor.get("/threads").text
        assert visitor.get("/activity").status_code == 200


def test_a_prompt_is_taken_away_and_what_is_not_ours_stays(teacher: Visitor, session: Session) -> None:
    teacher.send("/activity", "/activity", SETUP)
    session.execute(
        update(Placement).values(settings=Placement.settings.op("||")({"kept": "by another part"}))
    )
    session.commit()
    teacher.send("/activity", "/activity", {**SETUP, "prompt": ""})
    assert session.scalars(select(Placement.settings)).one() == {"kept": "by another part"}


@pytest.mark.parametrize(("graded", "expected"), [(True, 20), (False, None)])
def test_points_where_the_course_has_a_gradebook(
    teacher: Visitor, session: Session, *, graded: bool, expected: int | None
) -> None:
    if graded:
        give_gradebook(session)
    assert ("Points in the gradebook" in teacher.get("/activity").text) is graded
    teacher.send("/activity", "/activity", {**SETUP, "points": "20"})
    assert session.scalars(select(Placement.settings)).one().get("points") == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"activity": "party"},
        {"points": "many"},
        {"prompt": "x" * 32_769},
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    teacher: Visitor, session: Session, wrong: dict[str, Any]
) -> None:
    give_gradebook(session)
    answer = teacher.send("/activity", "/activity", {**SETUP, **wrong})
    assert answer.status_code == 422
    assert "Your form was not sent." in answer.text
    assert session.scalars(select(Placement.settings)).one() == {}


def test_a_hostile_prompt_is_harmless(course: Course, teacher: Visitor) -> None:
    teacher.send("/activity", "/activity", {**SETUP, "prompt": "<script>alert(1)</script> [x](javascript:1)"})
    page = course.visitor().get("/threads").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:1)" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_an_activitys_settings_are_its_own(course: Course, teacher: Visitor) -> None:
    teacher.send("/activity", "/activity", SETUP)
    assert "<strong>fails" in course.visitor("Tom Becker").get("/threads").text
    assert "<strong>fails" not in course.visitor("Tom Becker", context_id="course-2").get("/threads").text
    assert "<strong>fails" not in course.visitor("Tom Becker", link="link-2").get("/threads").text


def test_the_queries_do_not_grow_with_a_prompt(
    course: Course, teacher: Visitor, count_queries: QueryCounter
) -> None:
    ana = course.visitor()
    with count_queries() as before:
        ana.get("/threads")
    teacher.send("/activity", "/activity", SETUP)
    with count_queries() as after:
        assert "<strong>fails" in ana.get("/threads").text
    assert len(after) == len(before)
    with count_queries() as queries:
        teacher.get("/activity")
    assert len(queries) == 5
