"""Every form where people write more than a word: a reload, a lost line, an ended session lose nothing."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import NewContext, no_complaints, own_context
from tests.browser.running import Demo
from tests.browser.test_keyboard import window_of_ana
from tests.browser.test_moderation import INES
from tests.browser.visits import ANA, TALK, TOM, Visit

pytestmark = pytest.mark.browser

WORDS = "Kept, whatever happens."


@dataclass(frozen=True, kw_only=True)
class Writing:
    """A form: who has it, where, behind which fold, and the button that sends it."""

    name: str
    page: str
    label: str
    button: str
    person: str = ANA
    fold: str | None = None
    radio: str | None = None


FORMS = [
    Writing(name="new thread", page="threads/new", label="Your post", button="Post thread"),
    Writing(name="reply", page="threads/{thread}", label="Your reply", button="Post reply"),
    Writing(name="request", page="help/new", label="I tried", button="Ask your peers"),
    Writing(name="answer", page="help/{request}", label="Add to your request", button="Add"),
    Writing(name="plan", page="follow-ups/new", label="I will", button="Carry forward"),
    Writing(
        name="report to staff",
        page="moderation/report/{reply}",
        label="What should staff know?",
        button="Report post",
        radio="Something else",
    ),
    Writing(
        name="note on a mark",
        page="posts/{reply}/marks",
        label="Reason or comment",
        button="Add mark",
        radio="I used this",
    ),
    Writing(
        name="why it is closed",
        page="threads/{thread}",
        label="Reason for closing",
        button="Close thread",
        fold="Manage this thread",
    ),
    Writing(
        name="what fixed it",
        page="help/{request}",
        label="What fixed it?",
        button="Mark as resolved",
        fold="Does it work now? Say what fixed it",
    ),
    Writing(
        name="how it went",
        page="follow-ups/{plan}",
        label="What happened?",
        button="Save",
        radio="Not yet",
    ),
    Writing(name="edit", page="posts/{post}/edit", label="Your post", button="Save"),
    Writing(
        name="synthesis",
        page="threads/{thread}/synthesis",
        label="Synthesis",
        button="Post synthesis",
        person=INES,
    ),
]


@pytest.fixture(scope="module")
def places(chromium: Browser, demo: Demo) -> dict[str, str]:
    """The ids of what is written about."""
    with own_context(chromium) as hers, own_context(chromium) as his:
        ana = Visit.enter_in_window(hers.new_page(), demo, ANA, TALK)
        thread = ana.post_thread("Where everything is kept", "Mine.")
        post = ana.id_of_post_with("Mine.")
        tom = Visit.enter_in_window(his.new_page(), demo, TOM, TALK)
        tom.tool.goto(f"{tom.base}/threads/{thread}")
        tom.tool.get_by_label("Your reply").fill("His.")
        tom.tool.get_by_role("button", name="Post reply").click()
        expect(tom.post_with("His.")).to_be_visible()
        reply = tom.id_of_post_with("His.")
        ana.tool.goto(f"{ana.base}/help/new")
        ana.tool.get_by_label("Your question").fill("Is it kept?")
        ana.tool.get_by_label("I am trying to").fill("Lose nothing.")
        ana.tool.get_by_role("button", name="Ask your peers").click()
        ana.heading("Is it kept?")
        request = ana.part_of_address("help")
        ana.tool.goto(f"{ana.base}/follow-ups/new")
        ana.tool.get_by_role("textbox", name="When").fill("it rains")
        ana.tool.get_by_role("textbox", name="I will").fill("go out")
        ana.tool.get_by_role("button", name="Carry forward").click()
        ana.heading("Your follow-up")
        plan = ana.part_of_address("follow-ups")
    return {"thread": thread, "post": post, "reply": reply, "request": request, "plan": plan}


@pytest.mark.parametrize("writing", FORMS, ids=lambda it: it.name)
def test_what_is_typed_is_there_again(
    writing: Writing, chromium: Browser, demo: Demo, places: dict[str, str]
) -> None:
    context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
    visit = Visit.enter_in_window(context.new_page(), demo, writing.person, TALK)
    page, before = visit.page, visit.launch_id
    field = page.get_by_label(writing.label)
    with no_complaints(context):
        page.goto(f"{visit.base}/{writing.page.format(**places)}")
        if writing.fold:
            page.get_by_text(writing.fold).click()
        if writing.radio:
            page.get_by_role("radio", name=writing.radio).check()
        field.fill(WORDS)
        # As after a crash of the tab.
        page.reload()
        expect(field).to_have_value(WORDS)
        expect(field).to_be_visible()
        if writing.radio:
            expect(page.get_by_role("radio", name=writing.radio)).to_be_checked()
    context.set_offline(True)
    page.get_by_role("button", name=writing.button, exact=True).click()
    expect(page.locator("#problem")).to_contain_text("You seem to be offline")
    expect(field).to_have_value(WORDS)
    context.set_offline(False)
    demo.run(f"update launch set seen_at = now() - interval '3 hours' where id = '{before}'")
    page.get_by_role("button", name=writing.button, exact=True).click()
    expect(page.get_by_text("Your session has ended").first).to_be_visible()
    again = Visit.enter_in_window(page, demo, writing.person, TALK)
    assert again.launch_id != before
    if again.tool.get_by_role("link", name="Continue writing").count():
        again.tool.get_by_role("link", name="Continue writing").first.click()
    else:
        page.goto(f"{again.base}/{writing.page.format(**places)}")
    expect(field).to_have_value(WORDS)
    expect(field).to_be_visible()
    if writing.radio:
        expect(page.get_by_role("radio", name=writing.radio)).to_be_checked()
    context.close()


def test_a_report_is_there_in_another_browser(
    chromium: Browser, new_context: NewContext, demo: Demo, places: dict[str, str]
) -> None:
    address = f"moderation/report/{places['reply']}"
    with own_context(chromium) as first:
        visit = Visit.enter_in_window(first.new_page(), demo, ANA, TALK)
        visit.page.goto(f"{visit.base}/{address}")
        visit.page.get_by_role("radio", name="Something else").check()
        visit.page.get_by_label("What should staff know?").fill(WORDS)
        expect(visit.page.locator("[data-draft-status]")).to_contain_text("Draft saved")
    again = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK)
    again.page.goto(f"{again.base}/{address}")
    expect(again.page.get_by_text("Your draft is restored.")).to_be_visible()
    expect(again.page.get_by_label("What should staff know?")).to_have_value(WORDS)
    expect(again.page.get_by_role("radio", name="Something else")).to_be_checked()
    plain = window_of_ana(new_context(java_script_enabled=False), demo, scripts=False)
    expect(plain.get_by_role("navigation", name="Course pages")).to_be_visible()
    plain.goto(f"{Visit(plain, plain.main_frame).base}/{address}")
    expect(plain.get_by_label("What should staff know?")).to_have_value(WORDS)
    plain.get_by_label("What should staff know?").fill("By hand.")
    plain.get_by_role("button", name="Save draft").click()
    expect(plain.get_by_label("What should staff know?")).to_have_value("By hand.")
