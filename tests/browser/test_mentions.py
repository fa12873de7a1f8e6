"""Naming somebody while one writes: by keyboard, and as the one who is named sees it."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import own_context
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, TALK, TOM, Visit

pytestmark = pytest.mark.browser


def test_a_person_is_chosen_by_keyboard_and_stands_out_for_them(demo: Demo, chromium: Browser) -> None:
    with own_context(chromium) as hers, own_context(chromium) as his:
        # He is known once he was there.
        tom = Visit.enter_in_window(his.new_page(), demo, TOM, TALK)
        ana = Visit.enter_in_window(hers.new_page(), demo, ANA, TALK)
        ana.tool.goto(f"{ana.base}/threads/new")
        ana.tool.get_by_label("Title").fill("Who would know?")
        body = ana.tool.get_by_label("Your post")
        body.press_sequentially("You know this, @beck")
        option = ana.tool.get_by_role("option", name=TOM)
        expect(option).to_be_visible()
        expect(option).to_have_attribute("aria-selected", "true")
        look_at(ana.page, "mention-list")
        body.press("Enter")
        expect(body).to_be_focused()
        body.press_sequentially("don't you? @staff")
        expect(ana.tool.get_by_role("option")).to_contain_text("all staff of this course")
        body.press("Escape")
        expect(ana.tool.get_by_role("option")).to_have_count(0)
        expect(ana.tool.locator("[data-draft-status]")).to_contain_text("Draft saved")
        ana.tool.get_by_role("button", name="Post thread").click()
        ana.heading("Who would know?")
        post = ana.post_with("You know this")
        expect(post).to_contain_text("You know this, @Tom Becker don't you? @staff")
        expect(post.locator(".mention")).to_have_count(2)
        expect(post.locator(".mention.me")).to_have_count(0)
        thread = ana.part_of_address("threads")
        tom.tool.goto(f"{tom.base}/threads/{thread}")
        expect(tom.post_with("You know this").locator(".mention.me")).to_have_text("@Tom Becker")
        look_at(tom.page, "mention-of-oneself")
