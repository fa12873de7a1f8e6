"""The search in the browser: from any page by keyboard, to the post, without script, and without cookies."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import NewContext, no_complaints, own_context
from tests.browser.running import Demo
from tests.browser.test_keyboard import window_of_ana
from tests.browser.visits import ANA, TALK, TOM, Visit

pytestmark = pytest.mark.browser


def test_by_keyboard_from_any_page_to_the_post(chromium: Browser, demo: Demo) -> None:
    with own_context(chromium) as anas, own_context(chromium) as toms, no_complaints(toms):
        ana = Visit.enter_in_window(anas.new_page(), demo, ANA, TALK)
        ana.post_thread("Dotterel: who nests here?", "Not one, but <b>several</b> of the dotterels.")
        post = ana.id_of_post_with("dotterels")
        tom = Visit.enter_in_window(toms.new_page(), demo, TOM, TALK)
        tom.page.keyboard.press("/")
        box = tom.tool.get_by_role("searchbox", name="Search this course")
        expect(box).to_be_focused()
        box.press_sequentially("/several dott")
        expect(box).to_have_value("/several dott")
        box.press("Enter")
        tom.heading("Search")
        expect(box).to_have_value("/several dott")
        found = tom.tool.get_by_role("list", name="Results").get_by_role("listitem")
        expect(found).to_have_count(1)
        expect(found.locator("mark")).to_have_text(["Dotterel", "several", "dotterels"])
        expect(found).to_contain_text("<b>several</b>")
        tom.tool.get_by_role("link", name="Help requests").click()
        expect(tom.tool.get_by_role("heading", name="Nothing found")).to_be_visible()
        tom.tool.get_by_role("link", name="Search the whole course").click()
        found.get_by_role("link").press("Enter")
        tom.heading("Dotterel: who nests here?")
        assert tom.tool.url.endswith(f"#post-{post}")


def test_on_a_narrow_page_the_slash_leads_to_the_search(chromium: Browser, demo: Demo) -> None:
    with own_context(chromium) as anas, no_complaints(anas):
        page = anas.new_page()
        page.set_viewport_size({"width": 360, "height": 740})
        ana = Visit.enter_in_window(page, demo, ANA, TALK)
        expect(ana.tool.get_by_role("searchbox")).to_have_count(0)
        ana.page.keyboard.press("/")
        ana.heading("Search")
        expect(ana.tool.get_by_role("searchbox", name="Search this course")).to_be_focused()


def test_without_script(demo: Demo, new_context: NewContext) -> None:
    page = window_of_ana(new_context(java_script_enabled=False), demo, scripts=False)
    page.get_by_role("searchbox", name="Search this course").fill("opening")
    page.get_by_role("button", name="Search this course").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    expect(page.locator("#hits mark").first).to_be_visible()
