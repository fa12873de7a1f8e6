"""Staff and a learner over one post, in the browser: reported, hidden, told, read."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come, NewContext
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, TALK, TOM, Visit

pytestmark = pytest.mark.browser

INES = "Ines Duarte"
TITLE, WORDS = "What a client said", "Our client Example Ltd said no."


def test_a_reported_post_is_hidden_and_its_author_told(
    come: Come, new_context: NewContext, demo: Demo
) -> None:
    ana, tom = come(ANA, TALK), come(TOM, TALK)
    ines = Visit.enter_in_window(new_context().new_page(), demo, INES, TALK)
    thread = ana.post_thread(TITLE, WORDS)
    tom.tool.goto(f"{tom.base}/threads/{thread}")
    tom.tool.locator(".more > summary").first.click()
    tom.tool.get_by_role("link", name="Report").click()
    tom.tool.get_by_role("radio", name="It reveals something private").check()
    tom.tool.get_by_label("What should staff know?").fill("It names a client.")
    tom.tool.get_by_role("button", name="Report post").click()
    tom.heading("Thank you for your report")

    ines.space("Moderation")
    look_at(ines.page, "moderation-queue")
    ines.tool.get_by_role("link", name=TITLE).click()
    look_at(ines.page, "moderation-post")
    ines.tool.get_by_role("radio", name="Hide").check()
    ines.tool.get_by_label("Reason").fill("Please leave the name out.")
    ines.tool.get_by_role("button", name="Save decision").click()
    expect(ines.tool.get_by_text("Hidden from others")).to_be_visible()
    ines.tool.get_by_role("link", name="Require approval").click()
    look_at(ines.page, "moderation-person")
    ines.tool.get_by_role("link", name="Earlier decisions of staff").click()
    look_at(ines.page, "moderation-log")

    tom.tool.goto(f"{tom.base}/threads/{thread}")
    expect(tom.tool.get_by_text("Hidden by staff")).to_be_visible()
    expect(tom.tool.get_by_text(WORDS)).to_have_count(0)
    expect(tom.tool.get_by_text(TITLE)).to_have_count(0)

    ana.space("Discuss")
    expect(ana.tool.get_by_text("Staff have hidden one of your posts")).to_be_visible()
    expect(ana.tool.get_by_text("Please leave the name out.")).to_be_visible()
    ana.tool.get_by_role("button", name="Mark as read").click()
    expect(ana.tool.get_by_text("Staff have hidden one of your posts")).to_have_count(0)
