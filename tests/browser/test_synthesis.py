"""What a thread came to, chosen by an instructor with the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, WORKSHOPS

pytestmark = pytest.mark.browser

INES = "Ines Duarte"
SUM = "We open with a question, never with the agenda."


def test_a_reply_becomes_the_synthesis(come: Come) -> None:
    ana, ines = come(ANA, WORKSHOPS), come(INES, WORKSHOPS)
    thread = ana.post_thread("How do you begin?", "I begin with the agenda.")
    ana.tool.get_by_label("Your reply").fill(SUM)
    ana.tool.get_by_role("button", name="Post reply").click()
    expect(ana.post_with(SUM)).to_be_visible()

    page = ines.page
    page.goto(f"{ines.base}/threads/{thread}")
    page.get_by_role("link", name=re.compile("Use as synthesis: the post by Ana Ruiz")).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Synthesis of the thread")
    page.get_by_role("button", name="Post synthesis").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Please say what it is based on")
    look_at(page, "synthesis-choose")
    page.get_by_label("What is it based on?").fill("Three openings that were tried")
    page.keyboard.press("Enter")
    top = page.get_by_role("region", name="Synthesis")
    expect(top).to_contain_text(SUM)
    expect(top).to_contain_text("Three openings that were tried")
    look_at(page, "thread-synthesis")
    page.goto(f"{ines.base}/threads/{thread}/synthesis")
    expect(page.get_by_label("Synthesis")).to_be_visible()
    look_at(page, "synthesis-write")
