"""A case clinic in the browser: brought, asked about, thought through, and what is taken along."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come, NewContext
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.test_shapes import INES, MINE, THEIRS, shaped
from tests.browser.visits import ANA, TALK, TOM, Visit

pytestmark = pytest.mark.browser


def write(visit: Visit, label: str, words: str, button: str) -> None:
    visit.tool.get_by_label(label).fill(words)
    visit.tool.get_by_role("button", name=button).click()
    expect(visit.post_with(words)).to_be_visible()


def press(visit: Visit, button: str) -> None:
    """By keyboard."""
    it = visit.tool.get_by_role("button", name=button)
    it.focus()
    it.press("Enter")


def test_a_case_from_question_to_work(come: Come, new_context: NewContext, demo: Demo) -> None:
    tom = come(TOM, TALK)
    ines = Visit.enter_in_window(new_context().new_page(), demo, INES, TALK)
    with shaped(ines, "Case clinic", "Bring a case"):
        ines.tool.goto(f"{ines.base}/activity")
        expect(ines.tool.get_by_label("Ideas start")).to_be_visible()
        look_at(ines.page, "set-up-clinic")
        ana = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK)
        ana.tool.get_by_role("link", name="Bring a case").click()
        ana.heading("Bring a case")
        ana.tool.get_by_label("Title").fill("He was my manager before")
        ana.tool.get_by_text("Start from a template").click()
        ana.tool.get_by_role("button", name="A case").click()
        expect(ana.tool.get_by_label("Your case")).to_have_value(
            "**The situation** \n…\n\n**What I tried, and how it went** \n…\n\n"
            "**What I want to know from you** \n…\n"
        )
        look_at(ana.page, "clinic-new")
        ana.tool.get_by_role("button", name="Post thread").click()
        ana.heading("He was my manager before")
        thread = ana.part_of_address("threads")

        look_at_stages(ana, tom, Visit.enter_in_window(new_context().new_page(), demo, TOM, TALK), thread)


def look_at_stages(ana: Visit, tom: Visit, looking: Visit, thread: str) -> None:
    tom.tool.goto(f"{tom.base}/threads/{thread}")
    expect(tom.tool.get_by_text("Ask questions only, for now.")).to_be_visible()
    write(tom, "Your question", "How long did you work together?", "Post question")
    expect(tom.post_with("How long").get_by_text("Question", exact=True)).to_be_visible()
    looking.tool.goto(f"{looking.base}/threads/{thread}")
    look_at(looking.page, "clinic-questions")
    ana.tool.goto(f"{ana.base}/threads/{thread}")
    write(ana, "Your answer", "For ten years.", "Post answer")
    look_at(ana.page, "clinic-questions-giver")
    tom.tool.get_by_label("Your question").fill(MINE)
    press(ana, "Move on to ideas")
    expect(ana.tool.get_by_text("Listen now.")).to_be_visible()
    expect(ana.tool.locator("#composer").get_by_role("button")).to_have_count(0)
    look_at(ana.page, "clinic-ideas-giver")

    # Written for the questions: looked at again, and nothing of it lost.
    tom.tool.get_by_role("button", name="Post question").click()
    expect(tom.tool.get_by_text("The case was moved on while you were writing.")).to_be_visible()
    expect(tom.tool.get_by_label("Your idea")).to_have_value(MINE)
    write(tom, "Your idea", THEIRS, "Post idea")
    expect(tom.post_with(THEIRS).get_by_text("Idea", exact=True)).to_be_visible()
    looking.tool.goto(f"{looking.base}/threads/{thread}")
    look_at(looking.page, "clinic-ideas")

    press(ana, "Move on to takeaways")
    looking.tool.goto(f"{looking.base}/threads/{thread}")
    expect(looking.tool.get_by_text("After that, you can reply again.")).to_be_visible()
    look_at(looking.page, "clinic-taking")
    write(ana, "My takeaways", "I will ask him first.", "Post takeaways")
    taken = ana.tool.get_by_role("region", name="My takeaways")
    expect(taken).to_contain_text("I will ask him first.")
    look_at(ana.page, "clinic-over-giver")
    looking.tool.goto(f"{looking.base}/threads/{thread}")
    expect(looking.tool.get_by_role("region", name="Takeaways")).to_be_visible()
    look_at(looking.page, "clinic-over")
    looking.tool.goto(f"{looking.base}/threads")
    row = looking.tool.get_by_role("listitem").filter(has_text="He was my manager before")
    expect(row.get_by_text("Finished")).to_be_visible()
    look_at(looking.page, "clinic-list")
    taken.get_by_role("link", name="Carry forward").click()
    expect(ana.tool.get_by_text("I will ask him first.")).to_be_visible()
