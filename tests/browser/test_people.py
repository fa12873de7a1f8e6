"""The page of a course's people, in the states that its roster can be in."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from lti_tool.core.db import make_engine
from tests.browser.conftest import Come
from tests.browser.running import Demo
from tests.browser.test_pages import ARABIC, LONG_WORD, look_at
from tests.browser.visits import TALK, Visit

pytestmark = pytest.mark.browser

INES = "Ines Duarte"
COURSE = "(select id from course where title = 'Difficult conversations')"
ADD = f"""
    with added as (
        insert into person (id, created_at, registration_id, sub, name)
        select gen_random_uuid(), now(), id, 'added-' || n,
            case n % 3 when 0 then cast(:word as text) when 1 then cast(:arabic as text) else '' end
        from registration, generate_series(1, 60) n returning id
    )
    insert into membership (id, created_at, course_id, person_id, role, rostered_at, missing_since)
    select gen_random_uuid(), now(), {COURSE}, id, 'learner', now(), now() from added
"""
WAITING = f"""
    update roster_sync set gone_since = now(), gone_count = 60, gone_of = 65 where course_id = {COURSE}
"""
FAILED = f"""
    update roster_sync set problem = 'answered_503', groups_problem = 'timeout',
        due_at = now() + interval '9 minutes'
    where course_id = {COURSE}
"""
MEND = (
    "update roster_sync set problem = null, groups_problem = null, gone_since = null",
    "delete from membership where person_id in (select id from person where sub like 'added-%')",
    "delete from person where sub like 'added-%'",
)


def change(demo: Demo, *statements: str) -> None:
    engine = make_engine(demo.database_url, pool_size=1)
    with engine.begin() as connection:
        for statement in statements:
            values = {"word": LONG_WORD, "arabic": ARABIC} if ":word" in statement else {}
            connection.execute(text(statement), values)
    engine.dispose()


@contextmanager
def changed(demo: Demo, *statements: str) -> Iterator[None]:
    change(demo, *statements)
    try:
        yield
    finally:
        change(demo, *MEND)


def open_people(visit: Visit) -> Page:
    visit.page.goto(f"{visit.base}/people")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("People")
    return visit.page


@pytest.fixture
def teacher(come: Come) -> Visit:
    """An instructor, whose coming in has had the roster read by the worker."""
    visit = come(INES, TALK)
    page = open_people(visit)
    for _ in range(60):
        if page.get_by_text("5 people on the course's list").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text("5 people on the course's list")).to_be_visible()
    return visit


def test_staff_see_who_is_in_the_course_and_in_which_group(teacher: Visit) -> None:
    page = open_people(teacher)
    expect(page.get_by_role("listitem").filter(has_text="Ana Ruiz")).to_contain_text("Morning pair")
    expect(page.get_by_role("listitem").filter(has_text="Priya Nair")).to_contain_text("Teaching assistant")
    look_at(page, "people")


def test_a_list_that_could_not_be_read_says_what_to_do(teacher: Visit, demo: Demo) -> None:
    with changed(demo, FAILED):
        page = open_people(teacher)
        expect(page.get_by_role("heading", name="The roster could not be updated")).to_be_visible()
        look_at(page, "people-failed")


def test_a_removal_is_decided_with_the_keyboard(teacher: Visit, demo: Demo) -> None:
    with changed(demo, ADD, WAITING):
        page = open_people(teacher)
        look_at(page, "people-waiting")
        remove = page.get_by_role("button", name="Remove 60 people")
        page.get_by_role("button", name="Keep them").focus()
        page.keyboard.press("Tab")
        expect(remove).to_be_focused()
        page.keyboard.press("Enter")
        expect(remove).to_have_count(0)
        expect(page.get_by_role("listitem").filter(has_text="Ana Ruiz")).to_be_visible()
        assert demo.count("select count(*) from membership where left_at is not null") == 60
