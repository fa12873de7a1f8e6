"""Posting anonymously in the browser: allowed, chosen by keyboard, answered, looked up and told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from lti_tool.demo.lms.catalogue import COURSES
from tests.browser.conftest import Come, NewContext
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, TOM, Entrance, Visit

pytestmark = pytest.mark.browser

INES = "Ines Duarte"
SWAP = Entrance(COURSES[0], COURSES[0].links[1])
TITLE, WORDS = "What I never dared to ask", "How do you say no to a friend?"


@pytest.fixture
def ines(new_context: NewContext, demo: Demo) -> Iterator[Visit]:
    """Staff of an activity where she lets learners post anonymously, until the test is over."""
    visit = Visit.enter_in_window(new_context().new_page(), demo, INES, SWAP)
    let_be_anonymous(visit, allowed=True)
    yield visit
    let_be_anonymous(visit, allowed=False)


def let_be_anonymous(visit: Visit, *, allowed: bool) -> None:
    visit.tool.goto(f"{visit.base}/activity")
    visit.tool.get_by_role("checkbox", name="Let learners post anonymously").set_checked(allowed)
    if allowed:
        look_at(visit.page, "anonymity-set-up")
    visit.tool.get_by_role("button", name="Save").click()
    expect(visit.tool.get_by_role("heading", name="Set up this activity")).to_have_count(0)


def test_a_thread_is_posted_anonymously_answered_and_looked_up(
    come: Come, ines: Visit, new_context: NewContext, demo: Demo
) -> None:
    ana = Visit.enter_in_window(new_context().new_page(), demo, ANA, SWAP)
    ana.tool.goto(f"{ana.base}/threads/new")
    ana.tool.get_by_label("Title").fill(TITLE)
    ana.tool.get_by_label("Your post").fill(WORDS)
    expect(ana.tool.get_by_text("only if they give a reason, and you are told")).to_be_visible()
    choice = ana.tool.get_by_role("radio", name=ANA)
    expect(choice).to_be_checked()
    choice.focus()
    ana.page.keyboard.press("ArrowDown")
    expect(ana.tool.get_by_role("radio", name="Anonymous to other learners")).to_be_checked()
    look_at(ana.page, "anonymity-new-thread")
    ana.tool.get_by_role("button", name="Post thread").click()
    ana.heading(TITLE)
    thread = ana.part_of_address("threads")
    expect(ana.tool.get_by_role("article").get_by_text("You (anonymous)", exact=True)).to_be_visible()
    expect(ana.tool.get_by_role("radio", name="Anonymous, as")).to_be_checked()
    look_at(ana.page, "anonymity-own-thread")

    tom = come(TOM, SWAP)
    tom.tool.goto(f"{tom.base}/threads/{thread}")
    tom.heading(TITLE)
    expect(tom.tool.get_by_role("article").get_by_text("Anonymous", exact=True)).to_be_visible()
    assert ANA not in (tom.tool.locator("main").text_content() or "")
    assert ana.launch_id not in tom.tool.content()

    ana.tool.get_by_label("Your reply").fill("By the way, at work.")
    ana.tool.get_by_role("button", name="Post reply").click()
    expect(ana.post_with("By the way, at work.").get_by_text("You (anonymous)", exact=True)).to_be_visible()
    expect(ana.tool.get_by_role("radio", name="Anonymous, as")).to_be_checked()

    ines.tool.goto(f"{ines.base}/threads/{thread}")
    ines.tool.locator(".more > summary").first.click()
    ines.tool.get_by_role("link", name="Moderate").first.click()
    ines.heading("Review a post")
    ines.tool.get_by_role("link", name="Look up the author").click()
    ines.heading("Look up the author?")
    look_at(ines.page, "anonymity-look-up")
    ines.tool.get_by_label("Why do you need to know?").fill("Somebody may be in danger.")
    ines.tool.get_by_role("button", name="Look up and tell the author").click()
    ines.heading("Author of the post")
    expect(ines.tool.locator("main").get_by_text(ANA, exact=True)).to_be_visible()
    look_at(ines.page, "anonymity-looked-up")

    ana.space("Discuss")
    expect(ana.tool.get_by_text("looked up who wrote one of your anonymous posts")).to_be_visible()
    look_at(ana.page, "anonymity-told")
    ana.tool.get_by_role("button", name="Mark as read").click()
    expect(ana.tool.get_by_text("looked up who wrote one of your anonymous posts")).to_have_count(0)


def test_what_was_allowed_is_refused_in_place_when_it_is_not_any_more(
    ines: Visit, new_context: NewContext, demo: Demo
) -> None:
    ana = Visit.enter_in_window(new_context().new_page(), demo, ANA, SWAP)
    thread = ana.post_thread("Openly begun", "With my name.")
    ana.tool.get_by_label("Your reply").fill("A secret")
    ana.tool.get_by_role("radio", name="Anonymous to other learners").check()
    let_be_anonymous(ines, allowed=False)
    ana.tool.get_by_role("button", name="Post reply").click()
    expect(ana.tool.get_by_text("You can't post anonymously here now.")).to_be_visible()
    expect(ana.tool.get_by_label("Your reply")).to_have_value("A secret")
    look_at(ana.page, "anonymity-refused")
    assert ana.part_of_address("threads") == thread
