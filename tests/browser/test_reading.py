"""Reading in the browser: what counts as read, what comes live, and the keys of the list."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import no_complaints, own_context
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, TALK, TOM, Visit

pytestmark = pytest.mark.browser

PARAGRAPHS = "\n\n".join(f"Paragraph {number} of what I tried." for number in range(12))
ASK_NOW = "document.dispatchEvent(new Event('visibilitychange'))"


def unread(demo: Demo, visit: Visit, thread: str) -> str:
    """What the list says of the thread."""
    visit.tool.goto(f"{visit.base}/threads?where=course")
    return (
        visit.tool.get_by_role("listitem")
        .filter(has=visit.page.locator(f"a[href*='{UUID(thread)}']"))
        .inner_text()
    )


def reply(visit: Visit, thread: str, text: str) -> None:
    visit.tool.goto(f"{visit.base}/threads/{thread}")
    visit.tool.get_by_label("Your reply").fill(text)
    visit.tool.get_by_role("button", name="Post reply").click()
    expect(visit.post_with(text)).to_be_visible()


def test_what_was_in_view_for_a_moment_is_read_and_news_waits_to_be_shown(
    chromium: Browser, demo: Demo
) -> None:
    with own_context(chromium) as anas, own_context(chromium) as toms, no_complaints(toms):
        ana = Visit.enter_in_window(anas.new_page(), demo, ANA, TALK)
        tom = Visit.enter_in_window(toms.new_page(), demo, TOM, TALK)
        thread = ana.post_thread("Whimbrel: what is read?", "Short.")
        reply(ana, thread, PARAGRAPHS)
        reply(ana, thread, f"Far below. {PARAGRAPHS}")
        assert "3 unread" in unread(demo, tom, thread)

        tom.page.set_viewport_size({"width": 800, "height": 500})
        with tom.page.expect_response(re.compile(r"/read$"), timeout=30_000) as sent:
            tom.tool.goto(f"{tom.base}/threads/{thread}")
        assert sent.value.status == 204
        assert "numbers=0" in (sent.value.request.post_data or "")
        said = unread(demo, tom, thread)
        assert "2 unread" in said or "1 unread" in said

        tom.tool.goto(f"{tom.base}/threads/{thread}")
        reply(ana, thread, "Something new, said while you read.")
        tom.page.mouse.wheel(0, 120)
        tom.page.wait_for_function("scrollY > 0")
        tom.settle()
        before = tom.page.evaluate("scrollY")
        tom.page.evaluate(ASK_NOW)
        bar = tom.tool.get_by_role("link", name="Show 1 new reply")
        expect(bar).to_be_visible(timeout=30_000)
        assert abs(tom.page.evaluate("scrollY") - before) <= 1
        assert tom.post_with("Something new").count() == 0
        bar.press("Enter")
        expect(tom.post_with("Something new")).to_be_focused()
        expect(bar).to_have_count(0)
        expect(tom.tool.get_by_role("heading", name="3 replies")).to_be_visible()


def test_the_list_has_keys_and_never_while_one_types(chromium: Browser, demo: Demo) -> None:
    with own_context(chromium) as anas, no_complaints(anas):
        ana = Visit.enter_in_window(anas.new_page(), demo, ANA, TALK)
        ana.tool.goto(f"{ana.base}/threads?where=course")
        titles = ana.tool.locator("#threads .title")
        ana.page.keyboard.press("j")
        expect(titles.nth(0)).to_be_focused()
        ana.page.keyboard.press("j")
        expect(titles.nth(1)).to_be_focused()
        ana.page.keyboard.press("k")
        expect(titles.nth(0)).to_be_focused()
        ana.page.keyboard.press("?")
        expect(ana.tool.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        ana.page.keyboard.press("Escape")
        title = titles.nth(0).inner_text()
        ana.page.keyboard.press("o")
        ana.heading(title)
        ana.tool.goto(f"{ana.base}/threads")
        ana.page.keyboard.press("n")
        ana.heading("New thread")
        ana.tool.get_by_label("Title").press_sequentially("jk?no")
        expect(ana.tool.get_by_label("Title")).to_have_value("jk?no")


def test_keys_in_a_thread_and_in_help_and_how_to_turn_them_off(chromium: Browser, demo: Demo) -> None:
    with own_context(chromium) as anas, no_complaints(anas):
        ana = Visit.enter_in_window(anas.new_page(), demo, ANA, TALK)
        keys = ana.page.keyboard
        ana.post_thread("Read by keys", "The first.")
        ana.tool.get_by_label("Your reply").fill("The second.")
        ana.tool.get_by_role("button", name="Post reply").click()
        expect(ana.post_with("The second.")).to_be_focused()
        keys.press("k")
        expect(ana.post_with("The first.")).to_be_focused()
        keys.press("j")
        expect(ana.post_with("The second.")).to_be_focused()
        ana.tool.get_by_label("Your reply").press_sequentially("jk?/u")
        expect(ana.tool.get_by_label("Your reply")).to_have_value("jk?/u")
        ana.tool.get_by_label("Your reply").fill("")
        ana.tool.get_by_role("button", name="Keyboard shortcuts").click()
        box = ana.tool.get_by_role("dialog", name="Keyboard shortcuts")
        expect(box).to_be_visible()
        look_at(ana.page, "keys")
        box.get_by_role("checkbox", name="Use keyboard shortcuts").uncheck()
        box.get_by_role("button", name="Close").press("Enter")
        expect(ana.tool.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()
        # Off everywhere in this browser, the search's key too; the button is still there.
        ana.tool.goto(f"{ana.base}/threads?where=course")
        for key in ("j", "u", "/", "?"):
            keys.press(key)
        expect(ana.tool.locator("#threads .title").first).not_to_be_focused()
        expect(ana.tool.get_by_role("searchbox")).not_to_be_focused()
        expect(box).to_be_hidden()
        expect(ana.tool.get_by_role("link", name="All", exact=True)).to_have_attribute("aria-current", "true")
        ana.tool.get_by_role("button", name="Keyboard shortcuts").press("Enter")
        box.get_by_role("checkbox", name="Use keyboard shortcuts").check()
        keys.press("Escape")
        keys.press("u")
        unread = ana.tool.get_by_role("link", name="Unread", exact=True)
        expect(unread).to_have_attribute("aria-current", "true")
        ana.tool.goto(f"{ana.base}/help?show=all")
        keys.press("j")
        expect(ana.tool.locator(".rows .title").first).to_be_focused()
        keys.press("n")
        ana.heading("Ask your peers")
