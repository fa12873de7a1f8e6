"""Choosing an activity, reviewing somebody's work, and asking what is kept: from the LMS and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from lti_tool.demo.lms.catalogue import COURSES
from tests.browser.conftest import NewContext, own_context
from tests.browser.running import Demo
from tests.browser.test_keyboard import tab_to
from tests.browser.test_pages import ARABIC, LONG_WORD, MARKDOWN, look_at, take_picture
from tests.browser.visits import QUIET, Visit, reload

pytestmark = pytest.mark.browser

INES, ADA = "Ines Duarte", "Ana Ruiz"
COURSE = COURSES[1]
TABLET = 768


def tool_in(page: Page, address: str, heading: str) -> Frame:
    """A page of the LMS that shows the tool in its frame."""
    page.goto(address)
    expect(page.frame_locator("#tool-frame").get_by_role("heading", level=1)).to_have_text(heading)
    frame = page.frame(name="tool-frame")
    assert frame
    return frame


def at_course(demo: Demo, person: str) -> str:
    return f"{demo.lms_url}/courses/{COURSE.key}/as/{person}"


def choosing(page: Page, demo: Demo) -> Frame:
    frame = tool_in(page, f"{at_course(demo, 'ines')}/add", "Add an activity")
    frame.wait_for_load_state()  # its scripts hear what is chosen
    return frame


def look_closely(page: Page, name: str) -> None:
    """In all widths and colours; as on a tablet; and from right to left."""
    look_at(page, name)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": TABLET, "height": 800})
    take_picture(page, f"{name}-{TABLET}")
    page.evaluate("document.documentElement.dir = 'rtl'")
    needed = page.evaluate("document.documentElement.scrollWidth")
    assert needed <= TABLET, f"{name} needs {needed} px from right to left"
    take_picture(page, f"{name}-rtl")
    page.evaluate("document.documentElement.dir = 'ltr'")


@contextmanager
def alone(page: Page, frame: Frame) -> Iterator[None]:
    """The frame's page without the frame, to look at it."""
    page.goto(frame.url)
    yield


def test_from_add_to_the_activity_in_the_course_by_keyboard(new_context: NewContext, demo: Demo) -> None:
    page, title = new_context().new_page(), f"Stuck in unit 2? {uuid4().hex[:6]}"
    frame, keys = choosing(page, demo), page.keyboard
    expect(frame.get_by_label("Title")).to_have_value("Talk it through")
    frame.get_by_role("radio", name="Open discussion").focus()
    for kind in ("Answer first", "Question and answer", "Debate", "Case clinic", "Peer help"):
        keys.press("ArrowDown")
        expect(frame.get_by_role("radio", name=kind)).to_be_checked()
    expect(frame.get_by_label("Title")).to_have_value("Ask each other")
    keys.press("Tab")
    keys.press("Control+a")
    keys.type(title)
    tab_to(page, frame.get_by_label("Prompt"))
    keys.type("Say what you *tried* first.")
    keys.press("Tab")
    keys.type("10")
    keys.press("Tab")
    expect(frame.get_by_role("checkbox", name="Let learners post anonymously")).to_be_focused()
    keys.press("Tab")
    expect(frame.get_by_role("button", name="Add to the course")).to_be_focused()
    keys.press("Enter")
    page.get_by_role("link", name=title).click()
    visit = Visit(page, _tool_frame(page))
    visit.heading(title)
    expect(visit.tool.get_by_text("Say what you tried first.")).to_be_visible()
    expect(
        visit.tool.get_by_role("navigation", name="Course pages").get_by_role("link", name="Help")
    ).to_have_attribute("aria-current", "page")
    page.goto(f"{demo.lms_url}/courses/{COURSE.key}/gradebook?as=ines")
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def _tool_frame(page: Page) -> Frame:
    expect(page.frame_locator("#tool-frame").get_by_role("heading", level=1)).to_be_visible()
    frame = page.frame(name="tool-frame")
    assert frame
    return frame


def test_leaving_adds_nothing(new_context: NewContext, demo: Demo) -> None:
    page = new_context().new_page()
    choosing(page, demo).get_by_role("button", name="Cancel").click()
    page.wait_for_url(at_course(demo, "ines"))
    expect(page.get_by_role("heading", name=COURSE.title)).to_be_visible()


@pytest.mark.parametrize("button", ["Add to the course", "Cancel"])
def test_a_tab_without_cookies_gets_back_to_the_course_too(
    new_context: NewContext, demo: Demo, button: str
) -> None:
    """Its page came by script, so what the first document allows is what counts."""
    page, title = new_context().new_page(), f"Without cookies {uuid4().hex[:6]}"
    frame = choosing(page, demo)
    page.context.clear_cookies()
    reload(frame)
    expect(page.frame_locator("#tool-frame").locator("body[data-carrier='tab']")).to_be_attached()
    page.context.clear_cookies()
    frame.get_by_role("radio", name="Carry forward").check()
    expect(frame.get_by_label("Title")).to_have_value("Carry it into your work")
    frame.get_by_label("Title").fill(title)
    frame.get_by_role("button", name=button).click()
    page.wait_for_url(at_course(demo, "ines"))
    expect(page.get_by_role("link", name=title)).to_have_count(1 if button == "Add to the course" else 0)


def test_without_scripts_a_button_goes_on(new_context: NewContext, demo: Demo) -> None:
    page, title = new_context().new_page(), f"By button {uuid4().hex[:6]}"
    page.route("**/js/send_on.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    frame = choosing(page, demo)
    frame.get_by_label("Title").fill(title)
    with alone(page, frame):
        page.get_by_label("Title").fill(title)
        page.get_by_role("button", name="Add to the course").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Return to your course")
        look_closely(page, "deep-linking-way-back")
        page.get_by_role("button", name="Continue to your course").click()
    page.wait_for_url(at_course(demo, "ines"))
    expect(page.get_by_role("link", name=title)).to_be_visible()


def test_the_pages_of_deep_linking_for_every_eye(chromium: Browser, demo: Demo) -> None:
    with own_context(chromium) as context:
        page = context.new_page()
        with alone(page, choosing(page, demo)):
            look_closely(page, "deep-linking")
            page.get_by_label("Title").fill("x" * 201)
            page.get_by_label("Prompt").fill(MARKDOWN)
            page.get_by_label("Points in the gradebook").fill("ten")
            page.get_by_role("button", name="Add to the course").click()
            expect(page.get_by_text("Your form was not sent.")).to_be_visible()
            look_closely(page, "deep-linking-errors")


def test_setting_up_reviewing_and_asking_what_is_kept(chromium: Browser, demo: Demo) -> None:
    with own_context(chromium) as of_ana, own_context(chromium) as of_ines:
        ana = Visit.enter_in_window(of_ana.new_page(), demo, ADA, QUIET)
        thread = ana.post_thread(f"{LONG_WORD} {uuid4().hex[:6]}", f"{ARABIC}\n\nFirst contribution")
        ana.tool.goto(f"{ana.base}/threads/{thread}")
        ana.tool.get_by_label("Your reply").fill("And an answer to myself.")
        ana.tool.get_by_role("button", name="Post reply").click()
        expect(ana.tool.get_by_text("And an answer to myself.")).to_be_visible()
        page = of_ines.new_page()
        _set_up(page, demo)
        page.goto(f"{demo.lms_url}/courses/{COURSE.key}/gradebook?as=ines")
        review = page.locator("a[href*='/review/'][href$='/ana']").first.get_attribute("href")
        with alone(page, tool_in(page, f"{demo.lms_url}{review}", ADA)):
            expect(page.get_by_text("First contribution", exact=True)).to_be_visible()
            expect(page.get_by_text("And an answer to myself.")).to_be_visible()
            look_closely(page, "review")
            page.get_by_role("link", name="See in context").first.click()
            expect(page.get_by_role("article").filter(has_text="First contribution")).to_be_visible()
        of_page = of_ana.pages[0]
        told = tool_in(of_page, f"{at_course(demo, 'ana')}/privacy", "Data that Segue keeps about you")
        with alone(of_page, told):
            expect(of_page.get_by_text("Ana Ruiz")).to_be_visible()
            look_closely(of_page, "privacy")


def _set_up(page: Page, demo: Demo) -> None:
    """The activity is for a discussion with a long prompt from now on."""
    visit = Visit.enter_in_window(page, demo, INES, QUIET)
    page.get_by_role("link", name="Set up this activity").click()
    visit.heading("Set up this activity")
    page.get_by_label("Prompt").fill(MARKDOWN)
    look_closely(page, "set-up")
    page.get_by_role("button", name="Save").click()
    visit.heading(QUIET.activity)
    expect(page.get_by_text("Facts first").first).to_be_visible()
    look_closely(page, "threads-with-prompt")
    page.get_by_role("link", name="Set up this activity").click()
    page.get_by_label("Prompt").fill("")
    page.get_by_role("button", name="Save").click()
    visit.heading(QUIET.activity)
