"""A course is copied in the LMS: its staff are told in the activity, and decide with one press."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewContext
from tests.browser.running import Demo
from tests.browser.test_pages import take_picture
from tests.browser.visits import TALK, Visit

pytestmark = pytest.mark.browser

TOLD = "This activity is a copy"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def enter(page: Page) -> Visit:
    """The copied activity, from the course's page."""
    page.get_by_role("link", name=TALK.activity).click()
    expect(page.frame_locator("#tool-frame").get_by_role("navigation", name="Course pages")).to_be_visible()
    frame = page.frame(name="tool-frame")
    assert frame
    return Visit(page, frame)


def test_staff_are_told_and_decide_and_learners_see_nothing(new_context: NewContext, demo: Demo) -> None:
    page = new_context().new_page()
    page.goto(f"{demo.lms_url}/courses/{TALK.in_course.key}/as/ines")
    page.get_by_role("button", name="Copy this course").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(copy")
    course = page.url
    ines = enter(page)
    panel = ines.tool.get_by_role("region", name=TOLD)
    expect(panel).to_contain_text(TALK.course)
    # What was said in the old course is not here.
    expect(ines.tool.get_by_text("No threads yet")).to_be_visible()

    learner = new_context().new_page()
    learner.goto(course.replace("/as/ines", "/as/ana"))
    ana = enter(learner)
    expect(ana.tool.get_by_text("No threads yet")).to_be_visible()
    expect(ana.tool.get_by_text(TOLD)).to_have_count(0)

    panel.get_by_role("button", name="Keep the copied settings").focus()
    page.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Start with default settings")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    ines.heading(TALK.activity)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_is_fit_for_every_eye(new_context: NewContext, demo: Demo, scheme: str) -> None:
    page = new_context(color_scheme=scheme).new_page()
    page.goto(f"{demo.lms_url}/courses/{TALK.in_course.key}/as/ines")
    page.get_by_role("button", name="Copy this course").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(copy")
    ines = enter(page)
    page.goto(ines.tool.url)
    expect(page.get_by_role("region", name=TOLD)).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    for width in (360, 768, 1200):
        page.set_viewport_size({"width": width, "height": 800})
        take_picture(page, f"copied-{scheme}-{width}")
    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate("name => { document.querySelector('.copied bdi').textContent = name.repeat(2) }", LONG)
    page.evaluate("document.documentElement.dir = 'rtl'")
    take_picture(page, f"copied-{scheme}-rtl")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
