"""Points, from what somebody wrote to the LMS's gradebook; and their pages for every eye."""

import time
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from lti_tool.core.db import make_engine
from lti_tool.demo.lms.catalogue import COURSES
from tests.browser.conftest import NewContext, own_context
from tests.browser.running import Demo
from tests.browser.test_messages import look_closely
from tests.browser.test_pages import ARABIC, LONG_WORD
from tests.browser.visits import Entrance, Visit

pytestmark = pytest.mark.browser

INES = "Ines Duarte"
WITHIN = 60.0
SWAP = Entrance(COURSES[0], COURSES[0].links[1])


def in_gradebook(page: Page, demo: Demo, person: str, *words: str) -> None:
    """The LMS's gradebook says this of somebody, as soon as the worker has told it."""
    page.goto(f"{demo.lms_url}/courses/{COURSES[0].key}/gradebook?as=ines")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=person))
    deadline = time.monotonic() + WITHIN
    for word in words:
        while row.get_by_text(word, exact=True).count() == 0:
            assert time.monotonic() < deadline, f"{person}: {row.inner_text()}"
            page.reload()


def change(demo: Demo, sql: str, **values: object) -> None:
    engine = make_engine(demo.database_url, pool_size=1)
    with engine.begin() as connection:
        connection.execute(text(sql), values)
    engine.dispose()


def test_what_somebody_wrote_is_graded_by_keyboard_and_stands_in_the_gradebook(
    new_context: NewContext, demo: Demo
) -> None:
    page, lms = new_context().new_page(), new_context().new_page()
    in_gradebook(lms, demo, "Ana Ruiz", "9", "FullyGraded")
    in_gradebook(lms, demo, "Tom Becker", "Submitted", "PendingManual")
    ines = Visit.enter_in_window(page, demo, INES, SWAP)
    ines.space("Points")
    expect(page.get_by_role("listitem").filter(has_text="Tom Becker")).to_contain_text("To grade")
    page.get_by_role("link", name="Tom Becker").press("Enter")
    page.get_by_role("textbox", name="Points").focus()
    page.keyboard.type("10,5")
    page.keyboard.press("Tab")
    page.keyboard.type("Try it sitting once, and tell us what changed.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Please enter a number from 0 to 10.").first).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("Try it sitting once, and tell us what changed.")
    page.get_by_role("textbox", name="Points").fill("7,5")
    page.get_by_role("button", name="Save").press("Enter")
    saved = page.get_by_role("status").filter(has_text="Saved.")
    expect(saved).to_contain_text("7.5 of 10 points")
    expect(saved).to_be_focused()
    in_gradebook(lms, demo, "Tom Becker", "7.5", "FullyGraded")


def test_the_pages_of_points_are_there_for_everybody(chromium: Browser, demo: Demo) -> None:
    with own_context(chromium) as context:
        page = context.new_page()
        ines = Visit.enter_in_window(page, demo, INES, SWAP)
        placement = demo.value("select placement_id from launch where id = :id", id=ines.launch_id)
        ana = demo.value("select id from person where name = 'Ana Ruiz'")
        who = {"placement": placement, "ana": ana}
        for name in (f"{LONG_WORD} {LONG_WORD}", ARABIC, ""):
            change(
                demo,
                """with new as (insert into person (id, created_at, registration_id, sub, name)
                     select gen_random_uuid(), now(), registration_id, :sub, :name from person where id = :ana
                     returning id)
                   insert into membership (id, created_at, course_id, person_id, role)
                   select gen_random_uuid(), now(), course_id, new.id, 'learner'
                   from new, placement where placement.id = :placement""",
                sub=uuid4().hex,
                name=name,
                **who,
            )
        ines.space("Points")
        look_closely(page, "points")
        page.goto(f"{ines.base}/grades/{ana}")
        look_closely(page, "points-of-one")
        page.goto(f"{ines.base}/grades/{ana}")  # anew: htmx would carry over what axe left on fields
        page.get_by_role("textbox", name="Points").fill("eleven")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Please enter a number such as 7 or 7.5.").first).to_be_visible()
        look_closely(page, "points-of-one-errors")
        change(
            demo,
            """update score set due_at = null, problem = 'no_line_item', changed_at = now()
               where placement_id = :placement and person_id = :ana""",
            **who,
        )
        page.goto(f"{ines.base}/grades")
        look_closely(page, "points-refused")
        page.goto(f"{ines.base}/grades/{ana}")
        look_closely(page, "points-of-one-refused")
        page.goto(f"{ines.base}/grades")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("not in the gradebook")).to_have_count(0)
        change(demo, "delete from membership where person_id in (select id from person where name = '')")
        change(demo, "delete from person where name = ''")


def test_an_activity_without_points_says_how_to_give_it_some(new_context: NewContext, demo: Demo) -> None:
    page = new_context().new_page()
    ines = Visit.enter_in_window(page, demo, INES, Entrance(COURSES[0], COURSES[0].links[0]))
    ines.space("Points")
    expect(page.get_by_role("heading", name="This activity has no points")).to_be_visible()
    look_closely(page, "points-none")
    page.get_by_role("main").get_by_role("link", name="Set up this activity").click()
    expect(page.get_by_label("Points in the gradebook")).to_be_visible()
