"""What is typed is never lost: tabs that crash, lines that break, two devices; test_sites.py has frames."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Come, NewContext, no_complaints, own_context
from tests.browser.running import Demo
from tests.browser.test_keyboard import window_of_ana
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, QUIET, TALK, TOM, WORKSHOPS, Visit, reload

pytestmark = pytest.mark.browser

NEW = "/threads/new"
SAVED = re.compile(r"Draft saved \d\d:\d\d")


def write(visit: Visit, body: str, title: str = "") -> None:
    """As a person types, so that the page hears of it."""
    if title:
        visit.tool.get_by_label("Title").fill(title)
    visit.tool.get_by_label("Your post").fill(body)


def kept(demo: Demo, body: str) -> int:
    return demo.count(f"select count(*) from draft where fields->>'body' = '{body}'")


def discard_all(visit: Visit) -> None:
    """Leave nothing behind for the next test."""
    visit.tool.goto(f"{visit.base}/drafts")
    visit.heading("Your drafts")
    buttons = visit.tool.get_by_role("button", name="Discard")
    for left in reversed(range(buttons.count())):
        buttons.first.click()
        expect(buttons).to_have_count(left)


def test_after_a_crash_the_text_is_there_on_another_device(demo: Demo, chromium: Browser, come: Come) -> None:
    with own_context(chromium) as first:
        visit = Visit.enter(first.new_page(), demo, ANA, QUIET)
        visit.tool.goto(visit.base + NEW)
        write(visit, "Then the tab died", "A crash")
        expect(visit.tool.locator("[data-draft-status]")).to_have_text(SAVED)
        expect(visit.tool.locator("#announcement")).to_have_text(SAVED)
    # The whole browser is gone, with all that it kept.
    again = come(ANA, QUIET)
    again.tool.goto(again.base + NEW)
    expect(again.tool.get_by_label("Your post")).to_have_value("Then the tab died")
    expect(again.tool.get_by_label("Title")).to_have_value("A crash")
    expect(again.tool.get_by_text("Your draft is restored.")).to_be_visible()
    # Nobody else has it.
    other = come(TOM, QUIET)
    other.tool.goto(other.base + NEW)
    expect(other.tool.get_by_label("Your post")).to_have_value("")
    again.page.bring_to_front()
    again.tool.get_by_role("button", name="Discard").click()
    expect(again.tool.get_by_label("Your post")).to_have_value("")
    expect(again.tool.get_by_label("Title")).to_be_focused()
    again.tool.goto(again.base + NEW)
    expect(again.tool.get_by_label("Title")).to_have_value("")
    expect(again.tool.locator("[data-draft-restored]")).to_have_count(0)


def test_what_is_left_at_once_is_sent_with_the_last_word(come: Come, demo: Demo) -> None:
    visit = come(ANA, QUIET)
    visit.tool.goto(visit.base + NEW)
    write(visit, "Gone within a second")
    visit.space("Help")
    visit.heading("Help")
    visit.tool.goto(visit.base + NEW)
    expect(visit.tool.get_by_label("Your post")).to_have_value("Gone within a second")
    assert kept(demo, "Gone within a second") == 1
    discard_all(visit)


def test_offline_it_stays_in_the_tab_and_goes_when_the_line_is_back(chromium: Browser, demo: Demo) -> None:
    context = chromium.new_context()  # it complains of the missing line
    visit = Visit.enter(context.new_page(), demo, ANA, QUIET)
    visit.tool.goto(visit.base + NEW)
    with no_complaints(context):
        write(visit, "Online")
        expect(visit.tool.locator("[data-draft-status]")).to_have_text(SAVED)
    context.set_offline(True)
    write(visit, "In a tunnel")
    expect(visit.tool.locator("[data-draft-status]")).to_contain_text("kept in this tab")
    assert kept(demo, "In a tunnel") == 0
    context.set_offline(False)
    expect(visit.tool.locator("[data-draft-status]")).to_have_text(SAVED)
    assert kept(demo, "In a tunnel") == 1
    # Leaving while the line is down: another page of the visit sends it.
    context.set_offline(True)
    write(visit, "In the next tunnel")
    expect(visit.tool.locator("[data-draft-status]")).to_contain_text("kept in this tab")
    context.set_offline(False)
    visit.space("Help")
    visit.heading("Help")
    visit.tool.goto(visit.base + NEW)
    expect(visit.tool.get_by_label("Your post")).to_have_value("In the next tunnel")
    assert kept(demo, "In the next tunnel") == 1
    discard_all(visit)
    context.close()


def test_two_tabs_keep_both_texts(come: Come, new_context: NewContext, demo: Demo) -> None:
    one, other = come(ANA, QUIET), come(ANA, QUIET)
    for visit in (one, other):
        visit.tool.goto(visit.base + NEW)
    write(one, "From my telephone", "Which?")
    expect(one.tool.locator("[data-draft-status]")).to_have_text(SAVED)
    write(other, "From my desk")
    panel = other.tool.get_by_role("group", name="There is another version of this text")
    expect(panel).to_contain_text("From my telephone")
    look_at_states(other, "draft-elsewhere")
    panel.get_by_role("button", name="Add it to my text").click()
    expect(panel).to_have_count(0)
    expect(other.tool.get_by_label("Your post")).to_have_value("From my desk\n\nFrom my telephone")
    expect(other.tool.get_by_label("Title")).to_have_value("Which?")
    expect(other.tool.get_by_label("Your post")).to_be_focused()
    # The first one goes on writing: what came together stands beside it.
    write(one, "From my telephone, later")
    beside = one.tool.get_by_role("group", name="There is another version of this text")
    expect(beside).to_contain_text("From my desk")
    beside.get_by_role("button", name="Discard").click()
    expect(beside).to_have_count(0)
    assert kept(demo, "From my telephone, later") == 1
    assert demo.count("select count(*) from draft where elsewhere <> '[]'") == 0
    discard_all(one)


def look_at_states(visit: Visit, name: str) -> None:
    """The frame's page by itself, in all widths and colours."""
    page = visit.page.context.new_page()
    page.goto(visit.tool.url)
    expect(page.get_by_role("group", name="There is another version of this text")).to_be_visible()
    look_at(page, name)
    page.close()


@pytest.mark.parametrize("clicks", [1, 2])
def test_posting_takes_the_draft_along(come: Come, demo: Demo, clicks: int) -> None:
    visit, title = come(ANA, WORKSHOPS), f"Posted with {clicks}"
    visit.tool.goto(visit.base + NEW)
    write(visit, "Here it is", title)
    expect(visit.tool.locator("[data-draft-status]")).to_have_text(SAVED)
    write(visit, "Here it is.")
    visit.tool.get_by_role("button", name="Post thread").click(click_count=clicks)
    visit.heading(title)
    reply = visit.tool.get_by_label("Your reply")
    reply.fill("And a word more")
    expect(visit.tool.locator("[data-draft-status]")).to_have_text(SAVED)
    visit.tool.get_by_role("button", name="Post reply").click(click_count=clicks)
    expect(visit.post_with("And a word more")).to_be_visible()
    expect(visit.tool.get_by_label("Your reply")).to_have_value("")
    # The empty composer has a draft of its own again.
    visit.tool.get_by_label("Your reply").fill("A second one")
    expect(visit.tool.locator("[data-draft-status]")).to_have_text(SAVED)
    reload(visit.tool)
    expect(visit.tool.locator("[data-draft-restored]")).to_be_visible()
    expect(visit.tool.get_by_label("Your reply")).to_have_value("A second one")
    assert visit.post_with("And a word more").count() == 1
    assert kept(demo, "A second one") == 1
    visit.tool.goto(visit.base + NEW)
    expect(visit.tool.get_by_label("Your post")).to_have_value("")
    discard_all(visit)


def test_your_drafts_for_every_eye(demo: Demo, chromium: Browser) -> None:
    with own_context(chromium) as context:
        visit = Visit.enter_in_window(context.new_page(), demo, ANA, TALK)
        page: Page = visit.page
        page.goto(f"{visit.base}/drafts")
        discard_all(visit)
        expect(page.get_by_role("heading", name="No drafts")).to_be_visible()
        look_at(page, "drafts-empty")
        page.goto(visit.base + NEW)
        write(visit, "كيف تبدأ محادثة صعبة مع مديرك السابق؟ " * 20, "Donaudampfschifffahrt" * 6)
        expect(page.locator("[data-draft-status]")).to_have_text(SAVED)
        look_at(page, "draft-saved")
        page.goto(f"{visit.base}/help/new")
        page.get_by_label("I tried").fill("To begin with the end.")
        expect(page.locator("[data-draft-status]")).to_have_text(SAVED)
        page.goto(f"{visit.base}/drafts")
        expect(page.get_by_role("link", name="Continue writing")).to_have_count(2)
        look_at(page, "drafts")
        page.get_by_role("link", name="Continue writing").first.click()
        expect(page.get_by_label("I tried")).to_have_value("To begin with the end.")
        look_at(page, "draft-restored")
        discard_all(visit)


def test_without_scripts_a_button_saves(demo: Demo, new_context: NewContext) -> None:
    page = window_of_ana(new_context(java_script_enabled=False), demo, scripts=False)
    expect(page.get_by_role("navigation", name="Course pages")).to_be_visible()
    visit = Visit(page, page.main_frame)
    page.goto(visit.base + NEW)
    write(visit, "Slowly, by hand", "No script")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_label("Your post")).to_have_value("Slowly, by hand")
    expect(page.get_by_text("Your draft is restored.")).to_be_visible()
    page.get_by_role("link", name="Your drafts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your drafts")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", name="No drafts")).to_be_visible()
