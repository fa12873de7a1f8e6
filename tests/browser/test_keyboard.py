"""Writing by keyboard alone, sending twice, going back, and everything without scripts."""

import pytest
from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

from tests.browser.conftest import Come, NewContext
from tests.browser.running import Demo
from tests.browser.visits import ANA, TALK, TOM, WORKSHOPS, Visit, go_to_activity, window_address

pytestmark = pytest.mark.browser

MOST_STEPS = 40


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the wanted thing has the focus."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"no way by Tab to {wanted}")


def test_a_thread_and_a_reply_by_keyboard_alone(demo: Demo, new_context: NewContext) -> None:
    page = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK).page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    tab_to(page, page.get_by_role("link", name="New thread"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New thread")
    tab_to(page, page.get_by_label("Title"))
    page.keyboard.type("By keyboard: what is your first sentence?")
    tab_to(page, page.get_by_label("Your post"))
    page.keyboard.type("Mine is too long.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("By keyboard: what is your first sentence?")
    _reply_by_keyboard(page)


def _reply_by_keyboard(page: Page) -> None:
    """Two replies without a new page: each is focused and announced when it is there."""
    page.evaluate("window.stillThere = true")
    tab_to(page, page.get_by_label("Your reply"))
    for number, text in enumerate(("“We need to talk” is the worst one.", "Shorter: “Can we?”")):
        page.keyboard.type(text)
        if number:
            tab_to(page, page.get_by_role("button", name="Post reply"))
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("Control+Enter")
        reply = page.get_by_role("article").filter(has_text=text)
        expect(reply).to_be_focused()
        expect(reply).to_be_in_viewport()
        expect(page.locator("#announcement")).to_have_text("Posted.")
        expect(page.get_by_label("Your reply")).to_have_value("")
        tab_to(page, page.get_by_label("Your reply"))
    assert page.evaluate("window.stillThere") is True
    expect(page.get_by_role("article")).to_have_count(3)
    page.reload()
    expect(page.get_by_role("article")).to_have_count(3)


def test_the_frame_is_as_tall_as_the_page_and_has_the_focus_on_what_is_wrong(come: Come) -> None:
    visit = come(ANA, TALK, viewport={"width": 360, "height": 700})
    visit.tool.get_by_role("link", name="New thread").click()
    visit.tool.get_by_role("button", name="Post thread").click()
    alert = visit.tool.get_by_role("alert")
    expect(alert).to_contain_text("Your form was not sent.")
    expect(alert).to_be_focused()
    alert.get_by_role("link", name="Please write your post first.").click()
    expect(visit.tool.get_by_label("Your post")).to_be_focused()
    visit.page.wait_for_function(FRAME_FITS, arg=height(visit.tool))
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert visit.tool.evaluate("document.documentElement.scrollWidth <= innerWidth")


FRAME_FITS = "height => Math.abs(document.getElementById('tool-frame').clientHeight - height) <= 1"


def height(frame: Frame) -> float:
    return float(frame.evaluate("document.documentElement.getBoundingClientRect().height"))


def threads_called(page: Page, title: str) -> Locator:
    return page.get_by_role("main").get_by_role("link", name=title, exact=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_double_click_makes_one_thread(demo: Demo, new_context: NewContext, *, scripts: bool) -> None:
    title = f"Clicked twice, {'with' if scripts else 'without'} scripts"
    page = window_of_ana(new_context(java_script_enabled=scripts), demo, scripts=scripts)
    page.get_by_role("link", name="New thread").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your post").fill("Once is enough.")
    page.get_by_role("button", name="Post thread").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("navigation", name="Course pages").get_by_role("link", name="Discuss").click()
    expect(threads_called(page, title)).to_have_count(1)


def window_of_ana(context: BrowserContext, demo: Demo, *, scripts: bool) -> Page:
    page = context.new_page()
    if scripts:
        return Visit.enter_in_window(page, demo, ANA, TALK).page
    page.goto(window_address(demo, ANA, TALK))
    page.get_by_role("button", name="Continue").click()
    # Through the tool's page and back to the LMS without a click.
    page.wait_for_url("**/oidc/auth?*")
    page.get_by_role("button", name="Continue").click()
    return page


def test_back_and_the_same_again_makes_one_thread(demo: Demo, new_context: NewContext) -> None:
    page = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK).page
    page.get_by_role("link", name="New thread").click()
    page.get_by_label("Title").fill("Sent once more")
    page.get_by_label("Your post").fill("Did it go through?")
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent once more")
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("Sent once more")
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent once more")
    page.get_by_role("navigation", name="Course pages").get_by_role("link", name="Discuss").click()
    expect(threads_called(page, "Sent once more")).to_have_count(1)


def test_the_count_follows_a_reply(demo: Demo, new_context: NewContext) -> None:
    visit = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK)
    visit.post_thread("How many?", "One.")
    heading = visit.tool.locator("#replies-heading")
    expect(heading).to_have_text("No replies yet. Yours would be the first.")
    visit.tool.get_by_label("Your reply").fill("Here.")
    visit.tool.get_by_role("button", name="Post reply").click()
    expect(heading).to_have_text("1 reply")


def test_back_and_something_else_makes_a_second_thread(demo: Demo, new_context: NewContext) -> None:
    page = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK).page
    page.get_by_role("link", name="New thread").click()
    page.get_by_label("Title").fill("First try")
    page.get_by_label("Your post").fill("What would you try?")
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("First try")
    page.go_back()
    # What was typed is still there.
    expect(page.get_by_label("Your post")).to_have_value("What would you try?")
    page.get_by_label("Title").fill("Second thought")
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second thought")
    page.get_by_role("navigation", name="Course pages").get_by_role("link", name="Discuss").click()
    for title in ("First try", "Second thought"):
        expect(threads_called(page, title)).to_have_count(1)


def test_everything_works_without_scripts(demo: Demo, new_context: NewContext) -> None:
    """In the LMS's frame, by the LMS's visible "Continue" buttons, with plain forms and whole pages."""
    page = new_context(java_script_enabled=False).new_page()
    go_to_activity(page, demo, TOM, WORKSHOPS)
    page.get_by_role("button", name="Continue").click()
    frame, tool = page.frame(name="tool-frame"), page.frame_locator("#tool-frame")
    assert frame
    frame.wait_for_url("**/oidc/auth?*")
    tool.get_by_role("button", name="Continue").click()
    tool.get_by_role("link", name="New thread").click()
    tool.get_by_role("button", name="Post thread").click()
    expect(tool.get_by_role("alert")).to_contain_text("Your form was not sent.")
    tool.get_by_label("Title").fill("No scripts here")
    tool.get_by_label("Your post").fill("My company turns them off.")
    tool.get_by_role("button", name="Post thread").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("No scripts here")
    tool.get_by_label("Your reply").fill("And replies work as well.")
    tool.get_by_role("button", name="Post reply").click()
    expect(tool.get_by_role("article").filter(has_text="And replies work as well.")).to_be_visible()
    expect(tool.get_by_role("heading", name="1 reply")).to_be_visible()
    # A moment in words, since nothing makes it relative.
    expect(tool.get_by_role("article").first).to_contain_text("UTC")
