"""Words that are selected in a post are quoted where one answers it, by keyboard too; nothing is lost."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Come, NewContext
from tests.browser.running import Demo
from tests.browser.test_anonymity import INES, SWAP, let_be_anonymous
from tests.browser.test_keyboard import tab_to, window_of_ana
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, TALK, TOM, Visit, reload

pytestmark = pytest.mark.browser

SELECT = """(post, words) => {
  const walker = document.createTreeWalker(post.querySelector(".prose"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
    return;
  }
  throw new Error(`no ${words}`);
}"""
LONGER_THAN_IT_WAITS = "() => new Promise((resolve) => setTimeout(resolve, 400))"
BODY = (
    "First **the facts**, then a pause.\n\n- one\n- two [place](https://a.example/b)\n\nAnd *nothing* more."
)


def select(post: Locator, words: str) -> None:
    post.evaluate(SELECT, words)


def select_all(post: Locator) -> None:
    post.evaluate("post => getSelection().selectAllChildren(post.querySelector('.prose'))")


def quote_button(visit: Visit) -> Locator:
    return visit.tool.get_by_role("button", name="Quote", exact=True).and_(visit.tool.locator("#quote"))


def composer(visit: Visit, label: str = "Your reply") -> Locator:
    return visit.tool.get_by_label(label)


def reply(visit: Visit, text: str) -> None:
    composer(visit).fill(text)
    visit.tool.get_by_role("button", name="Post reply").click()
    expect(visit.post_with(text.replace("*", ""))).to_be_visible()


def test_selected_words_become_a_quote_in_an_answer_to_that_post(come: Come, demo: Demo) -> None:
    tom, ana = come(TOM, TALK), come(ANA, TALK)
    thread = tom.post_thread("Whom do you quote?", BODY)
    reply(tom, "Shorter *is* better, ask @staff.")
    ana.page.bring_to_front()
    ana.tool.goto(f"{ana.base}/threads/{thread}")
    ana.heading("Whom do you quote?")
    post = ana.post_with("Shorter is better")
    select_all(post)
    quote_button(ana).click()
    expect(composer(ana)).to_have_value("Tom Becker wrote:\n\n> Shorter *is* better, ask staff.\n\n")
    expect(composer(ana)).to_be_focused()
    expect(ana.tool.get_by_text("In reply to Tom Becker")).to_be_visible()
    expect(quote_button(ana)).to_have_count(0)
    assert f"reply_to={ana.id_of_post_with('Shorter is better')}" in ana.tool.url
    # What is there is kept, and what was typed too: the next quote comes behind.
    ana.page.keyboard.type("Not always.")
    opening = ana.post_with("First the facts")
    select(opening, "then a pause")
    quote_button(ana).click()
    expect(composer(ana)).to_have_value(
        "Tom Becker wrote:\n\n> Shorter *is* better, ask staff.\n\nNot always.\n\n"
        "Tom Becker wrote:\n\n> then a pause\n\n"
    )
    expect(ana.tool.locator("[data-draft-status]")).to_contain_text("Draft saved")
    # A new page shows the same, and it is posted as an answer to that post.
    reload(ana.tool)
    ana.heading("Whom do you quote?")
    expect(composer(ana)).to_have_value(re.compile("Not always"))
    ana.tool.get_by_role("button", name="Post reply").click()
    posted = ana.post_with("Not always.")
    expect(posted.locator("blockquote")).to_have_count(2)
    expect(posted.get_by_role("link", name="in reply to Tom Becker")).to_be_visible()
    # Of this thread: the test before may still be saving what it left.
    left = f"select count(*) from draft where fields is not null and target_id = '{thread}'"
    assert demo.count(left) == 0


def test_all_of_a_formatted_text_keeps_its_form(come: Come) -> None:
    ana = come(ANA, TALK)
    ana.post_thread("Quoted whole", BODY)
    select_all(ana.post_with("First the facts"))
    quote_button(ana).click()
    expect(composer(ana)).to_have_value(
        "Ana Ruiz wrote:\n\n> First **the facts**, then a pause.\n>\n> -   one\n"
        "> -   two [place](https://a.example/b)\n>\n> And *nothing* more.\n\n"
    )
    # An answer to the thread as a whole, as the post is its first.
    expect(ana.tool.get_by_text("In reply to")).to_have_count(0)


def test_by_keyboard_the_button_is_on_the_way_and_escape_takes_it_away(come: Come) -> None:
    ana = come(ANA, TALK)
    ana.post_thread("Quoted by keyboard", "Silence, says my *boss*, is an answer.")
    post = ana.post_with("Silence")
    select(post, "Silence")
    expect(quote_button(ana)).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(quote_button(ana)).to_have_count(0)
    # As a hand does it: from there the keyboard goes on.
    post.get_by_text("boss", exact=True).dblclick()
    expect(quote_button(ana)).to_be_visible()
    tab_to(ana.page, quote_button(ana))
    ana.page.keyboard.press("Enter")
    expect(composer(ana)).to_have_value("Ana Ruiz wrote:\n\n> boss\n\n")
    expect(composer(ana)).to_be_focused()
    # One step back, as with anything that is typed.
    ana.page.keyboard.press("Control+z")
    expect(composer(ana)).to_have_value("")


def test_a_draft_that_waits_at_that_post_comes_first(come: Come) -> None:
    ana = come(ANA, TALK)
    ana.post_thread("Quoted behind a draft", "Mine is long.")
    reply(ana, "And an answer of my own.")
    post = ana.post_with("And an answer of my own.")
    post.get_by_role("link", name="Reply").click()
    expect(ana.tool.get_by_text("In reply to Ana Ruiz")).to_be_visible()
    composer(ana).fill("I began this before.")
    expect(ana.tool.locator("[data-draft-status]")).to_contain_text("Draft saved")
    ana.tool.get_by_role("link", name="Reply to the thread instead").click()
    expect(composer(ana)).to_have_value("")
    ana.settle()
    select(post, "of my own")
    quote_button(ana).click()
    expect(composer(ana)).to_have_value("I began this before.\n\nAna Ruiz wrote:\n\n> of my own\n\n")
    expect(ana.tool.get_by_text("Your draft is restored.")).to_be_visible()


def test_a_request_for_help_is_quoted_where_one_answers_it(come: Come) -> None:
    tom, ana = come(TOM, TALK), come(ANA, TALK)
    tom.tool.goto(f"{tom.base}/help/new")
    tom.tool.get_by_label("Your question").fill("How do you quote?")
    tom.tool.get_by_label("I am trying to").fill("Say what I answer.")
    tom.tool.get_by_label("I tried").fill("To copy it.")
    tom.tool.get_by_role("button", name="Ask your peers").click()
    tom.heading("How do you quote?")
    request = tom.part_of_address("help")
    ana.page.bring_to_front()
    ana.tool.goto(f"{ana.base}/help/{request}")
    post = ana.tool.get_by_role("article").first
    post.evaluate("it => getSelection().selectAllChildren(it.querySelector('dd.prose p'))")
    quote_button(ana).click()
    expect(composer(ana, "Your answer")).to_have_value("Tom Becker wrote:\n\n> To copy it.\n\n")


def test_who_is_anonymous_is_quoted_by_the_pseudonym(new_context: NewContext, demo: Demo) -> None:
    ines = Visit.enter_in_window(new_context().new_page(), demo, INES, SWAP)
    let_be_anonymous(ines, allowed=True)
    ana = Visit.enter_in_window(new_context().new_page(), demo, ANA, SWAP)
    ana.tool.goto(f"{ana.base}/threads/new")
    ana.tool.get_by_label("Title").fill("Quoted without a name")
    ana.tool.get_by_label("Your post").fill("Nobody knows me.")
    ana.tool.get_by_role("radio", name="Anonymous to other learners").check()
    ana.tool.get_by_role("button", name="Post thread").click()
    ana.heading("Quoted without a name")
    select(ana.post_with("Nobody knows me."), "knows me")
    quote_button(ana).click()
    expect(composer(ana)).to_have_value(re.compile(r"^(?!You|Ana)\S.* wrote:\n\n> knows me\n\n$"))
    name = composer(ana).input_value().partition(" wrote:")[0]
    ines.tool.goto(f"{ines.base}/threads/{ana.part_of_address('threads')}")
    select(ines.post_with("Nobody knows me."), "Nobody")
    quote_button(ines).click()
    expect(composer(ines)).to_have_value(f"{name} wrote:\n\n> Nobody\n\n")
    let_be_anonymous(ines, allowed=False)


def test_only_where_one_can_write_and_within_one_post(new_context: NewContext, demo: Demo) -> None:
    visit = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK)
    visit.post_thread("Quoted in a closed thread", "One post.")
    post = visit.post_with("One post.")
    select(post, "One")
    expect(quote_button(visit)).to_be_visible()
    look_at(visit.page, "quote-button")
    visit.tool.evaluate("getSelection().selectAllChildren(document.querySelector('main'))")
    expect(quote_button(visit)).to_have_count(0)
    visit.tool.get_by_text("Manage this thread").click()
    visit.tool.get_by_label("Reason for closing").fill("Done.")
    visit.tool.get_by_role("button", name="Close thread").click()
    expect(visit.tool.get_by_text("This thread is closed to new replies.")).to_be_visible()
    select(post, "One")
    visit.tool.evaluate(LONGER_THAN_IT_WAITS)
    expect(quote_button(visit)).to_have_count(0)


def test_without_script_the_link_to_reply_is_all_there_is(new_context: NewContext, demo: Demo) -> None:
    page = window_of_ana(new_context(java_script_enabled=False), demo, scripts=False)
    page.get_by_role("link", name="New thread").click()
    page.get_by_label("Title").fill("Nothing to quote with")
    page.get_by_label("Your post").fill("A post.")
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("link", name="Reply to the thread")).to_be_visible()
    expect(page.get_by_role("button", name="Quote", exact=True)).to_have_count(0)
