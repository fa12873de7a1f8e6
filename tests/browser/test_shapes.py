"""Discussion shapes in the browser: an instructor picks one, and people go through it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come, NewContext
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, TALK, TOM, Visit

pytestmark = pytest.mark.browser

INES = "Ines Duarte"
MINE = "With us people stopped listening as soon as the figures came up."
THEIRS = "In my team the opening with a joke failed, since nobody was in the mood."


def choose(ines: Visit, shape: str, begins: str = "New thread") -> None:
    ines.tool.goto(f"{ines.base}/activity")
    ines.tool.get_by_role("radio", name=shape).check()
    ines.tool.get_by_role("button", name="Save").click()
    expect(ines.tool.get_by_role("link", name=begins)).to_be_visible()


@contextmanager
def shaped(ines: Visit, shape: str, begins: str = "New thread") -> Iterator[None]:
    """The activity has this shape, and at the end the one that other tests know."""
    choose(ines, shape, begins)
    yield
    choose(ines, "Open discussion")


def answer(visit: Visit, words: str) -> None:
    visit.tool.get_by_label("Your answer").fill(words)
    visit.tool.get_by_role("button", name="Post answer").click()
    expect(visit.post_with(words)).to_be_visible()


def test_one_answers_and_then_sees_the_others(come: Come, new_context: NewContext, demo: Demo) -> None:
    ana, tom = come(ANA, TALK), come(TOM, TALK)
    ines = Visit.enter_in_window(new_context().new_page(), demo, INES, TALK)
    with shaped(ines, "Answer first"):
        thread = ines.post_thread("Which opening failed?", "And what did **you** take from it?")
        tom.tool.goto(f"{tom.base}/threads/{thread}")
        answer(tom, THEIRS)

        looking = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK)
        looking.tool.goto(f"{looking.base}/threads/{thread}")
        expect(looking.tool.get_by_text("Answer first, then see what others wrote.")).to_be_visible()
        expect(looking.tool.get_by_text(THEIRS)).to_have_count(0)
        look_at(looking.page, "answer-first")
        looking.tool.get_by_label("Your answer").fill("Too short")
        looking.tool.get_by_role("button", name="Post answer").click()
        expect(looking.tool.get_by_text("6 words are missing")).to_be_visible()
        look_at(looking.page, "answer-first-too-short")

        ana.tool.goto(f"{ana.base}/threads/{thread}")
        answer(ana, MINE)
        expect(ana.post_with(THEIRS)).to_be_visible()

        looking.tool.goto(f"{looking.base}/threads/{thread}")
        expect(looking.post_with(THEIRS)).to_be_visible()
        look_at(looking.page, "answer-first-answered")
        looking.tool.get_by_role("link", name="Change my answer").click()
        looking.heading("Edit your post")
        looking.tool.get_by_label("Your answer").fill("I would leave the figures for later.")
        looking.tool.get_by_label("What changed your mind?").fill("The mood matters more than I thought.")
        look_at(looking.page, "answer-first-edit")
        looking.tool.get_by_role("button", name="Save").click()
        looking.tool.get_by_role("link", name="Compare first and current answer").click()
        looking.heading("Changes")
        expect(looking.tool.get_by_role("region", name="First answer")).to_contain_text(MINE)
        expect(looking.tool.get_by_role("region", name="Current answer")).to_contain_text("for later")
        look_at(looking.page, "answer-first-side-by-side")
        ines.tool.goto(f"{ines.base}/activity")
        expect(ines.tool.get_by_role("radio", name="Answer first")).to_be_checked()
        look_at(ines.page, "set-up-shapes")


def test_a_question_gets_its_answer(come: Come, new_context: NewContext, demo: Demo) -> None:
    ana, tom = come(ANA, TALK), come(TOM, TALK)
    ines = Visit.enter_in_window(new_context().new_page(), demo, INES, TALK)
    with shaped(ines, "Question and answer", "Ask a question"):
        ana.tool.goto(f"{ana.base}/threads?show=answered")
        expect(ana.tool.get_by_text("No answer has been accepted yet")).to_be_visible()
        ana.tool.get_by_role("link", name="Ask a question").click()
        ana.heading("Ask a question")
        ana.tool.get_by_label("Title").fill("How do I begin when he was my manager?")
        ana.tool.get_by_label("Your post").fill("We worked together for **ten** years.")
        ana.tool.get_by_role("button", name="Post thread").click()
        ana.heading("How do I begin when he was my manager?")
        thread = ana.part_of_address("threads")
        for words in (MINE, THEIRS):
            tom.tool.goto(f"{tom.base}/threads/{thread}")
            answer(tom, words)

        looking = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK)
        looking.tool.goto(f"{looking.base}/threads/{thread}")
        look_at(looking.page, "question-before")
        button = looking.post_with(THEIRS).get_by_role("button", name="Accept")
        button.focus()
        button.press("Enter")
        accepted = looking.tool.get_by_role("region", name="Accepted answer")
        expect(accepted).to_contain_text(THEIRS)
        expect(looking.post_with(THEIRS).get_by_text("Accepted answer")).to_be_visible()
        expect(looking.post_with(MINE).get_by_text("Accepted answer")).to_have_count(0)
        look_at(looking.page, "question-answered")
        looking.tool.goto(f"{looking.base}/threads?show=answered")
        row = looking.tool.get_by_role("listitem").filter(has_text="when he was my manager")
        expect(row.get_by_text("Answered")).to_be_visible()
        look_at(looking.page, "questions-answered")
        looking.tool.get_by_role("link", name="Still open").click()
        expect(looking.tool.get_by_role("link", name="Still open")).to_have_attribute("aria-current", "true")
        expect(row).to_have_count(0)
        look_at(looking.page, "questions-open")


def argue(visit: Visit, words: str, side: str | None = None) -> None:
    if side:
        visit.tool.get_by_role("group", name="Which side").get_by_role("radio", name=side).check()
    visit.tool.get_by_label("Your reply").fill(words)
    visit.tool.get_by_role("button", name="Post reply").click()
    expect(visit.post_with(words)).to_be_visible()


def test_a_debate_and_its_switch(come: Come, new_context: NewContext, demo: Demo) -> None:
    ana, tom = come(ANA, TALK), come(TOM, TALK)
    ines = Visit.enter_in_window(new_context().new_page(), demo, INES, TALK)
    ines.tool.goto(f"{ines.base}/activity")
    expect(ines.tool.get_by_role("textbox", name="First side")).to_be_hidden()
    ines.tool.get_by_role("radio", name="Debate").check()
    ines.tool.get_by_role("textbox", name="First side").fill("Say it first")
    ines.tool.get_by_role("textbox", name="Second side").fill("Ask first")
    look_at(ines.page, "set-up-debate")
    ines.tool.get_by_role("button", name="Save").click()
    expect(ines.tool.get_by_role("link", name="New thread")).to_be_visible()
    with shaped(ines, "Debate"):
        thread = ines.post_thread("Say it at once, or ask first?", "Argue for **one** of them.")
        looking = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK)
        looking.tool.goto(f"{looking.base}/threads/{thread}")
        look_at(looking.page, "debate-before")
        looking.tool.get_by_label("Your reply").fill(MINE)
        looking.tool.get_by_role("button", name="Post reply").click()
        expect(looking.tool.get_by_text("Please choose a side.")).to_be_visible()
        expect(looking.tool.get_by_label("Your reply")).to_have_value(MINE)
        look_at(looking.page, "debate-without-a-side")
        for visit, words, side in ((ana, MINE, "Say it first"), (tom, THEIRS, "Ask first")):
            visit.tool.goto(f"{visit.base}/threads/{thread}")
            argue(visit, words, side)
            expect(visit.post_with(words).get_by_text(side)).to_be_visible()
            expect(visit.tool.locator("#composer").get_by_text("You argue:")).to_be_visible()
        looking.tool.goto(f"{looking.base}/threads/{thread}")
        expect(looking.post_with(THEIRS)).to_be_visible()
        look_at(looking.page, "debate")
        looking.tool.get_by_role("navigation", name="Filter by side").get_by_role(
            "link", name="Ask first"
        ).click()
        expect(looking.post_with(THEIRS)).to_be_visible()
        expect(looking.post_with(MINE)).to_have_count(0)
        look_at(looking.page, "debate-one-side")

        demo.run("update placement set switches_at = now() where settings ->> 'shape' = 'debate'")
        looking.tool.goto(f"{looking.base}/threads/{thread}")
        expect(looking.tool.get_by_text("Sides have been switched. You now argue:")).to_be_visible()
        expect(looking.tool.get_by_role("heading", name="What changed your mind?")).to_be_visible()
        look_at(looking.page, "debate-switched")
        argue(looking, "From the other side it is about trust.")
        said = looking.post_with("about trust")
        expect(said.get_by_text("Ask first")).to_be_visible()
        expect(looking.post_with(MINE).get_by_text("Say it first")).to_be_visible()
