"""The page of a course's people: for its staff, in constant queries, whatever the names."""

import html
import re

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms.vocabulary import INSTRUCTOR
from lti_tool.people.models import RosterSync
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.people.rosters import INES, Platform, entries, entry

TEACHER = entry(INES.sub, role=INSTRUCTOR, name=INES.name)


def names(page: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'<b class="name" dir="auto">([^<]*)</b>', page)]


def following(page: str) -> str | None:
    found = re.search(r'href="[^"]*(/people\?after=[^"]+)">More people', page)
    return found[1] if found else None


def test_it_is_for_staff(course: Course) -> None:
    for role, status in ((Role.LEARNER, 404), (Role.OBSERVER, 404), (Role.ASSISTANT, 200)):
        visitor = course.visitor(f"Some {role}", role=role)
        assert visitor.get("/people").status_code == status
        assert ("/people" in visitor.get("/threads").text) == (status == 200)


def test_people_of_another_course_are_not_there(course: Course) -> None:
    course.visitor("Tom Becker", context_id="another")
    teacher = course.visitor("Ines Duarte", role=Role.INSTRUCTOR)
    assert names(teacher.get("/people").text) == ["Ines Duarte"]


def test_names_stand_in_their_order_page_after_page(platform: Platform) -> None:
    teacher = platform.visitor(platform.enter())
    members = [entry(f"n{n}", name=("zoë", "Åse", "ben", "")[n % 4]) for n in range(120)]
    platform.roster([TEACHER, *members])
    platform.sync()
    seen: list[str] = []
    address: str | None = "/people"
    while address:
        page = teacher.get(address).text
        seen += names(page)
        address = following(page)
    assert len(seen) == 121
    assert seen.index("ben") < seen.index("Ines Duarte") < seen.index("zoë")
    numbers = [int(name.removeprefix("Participant ")) for name in seen[-30:]]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("after", ["", "x", "0192f6a0-0000-7000-8000-000000000000"])
def test_a_place_that_is_none_is_the_first(platform: Platform, after: str) -> None:
    teacher = platform.visitor(platform.enter())
    platform.sync()
    assert len(names(teacher.get(f"/people?after={after}").text)) == 5


def test_groups_and_who_was_never_here_are_shown(platform: Platform) -> None:
    teacher = platform.visitor(platform.enter())
    platform.sync()
    page = teacher.get("/people").text
    assert page.count("Morning pair") == 2
    assert page.count("Not here yet") == 4
    assert "Teaching assistant" in page


def test_the_queries_do_not_grow(platform: Platform, count_queries: QueryCounter) -> None:
    teacher = platform.visitor(platform.enter())
    counts = []
    for people in (3, 300):
        platform.roster([TEACHER, *entries(people)])
        platform.sync()
        with count_queries() as queries:
            page = teacher.get("/people").text
        counts.append(len(queries))
    with count_queries() as queries:
        teacher.get(following(page) or "")
    assert counts == [4, 4]  # the session, the people, the roster
    assert len(queries) == 5


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("answered_403", "does not let Segue read"),
        ("token_invalid_scope", "does not let Segue read"),
        ("token_refused", "does not let Segue read"),
        ("registration_inactive", "does not let Segue read"),
        ("answered_404", "this roster no longer exists"),
        ("answered_422", "this code: answered_422"),
        ("roster_unreadable", "this code: roster_unreadable"),
        ("next_page_elsewhere", "this code: next_page_elsewhere"),
        ("answered_503", "did not respond as expected"),
        ("answered_429", "did not respond as expected"),
        ("token_timeout", "did not respond as expected"),
        ("not_json", "did not respond as expected"),
    ],
)
def test_a_failure_is_said_in_words(
    platform: Platform, sessions: sessionmaker[Session], code: str, words: str
) -> None:
    teacher: Visitor = platform.visitor(platform.enter())
    platform.sync()
    with unit_of_work(sessions) as session:
        session.execute(update(RosterSync).values(problem=code))
    page = html.unescape(teacher.get("/people").text)
    assert words in page
    assert "Nobody was added or removed." in page
    assert "Update now" in page
