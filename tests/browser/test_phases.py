"""Writing opens and closes by date, in the browser: what an instructor chooses, and what people see of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import NewContext, no_complaints
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.visits import TALK, TOM, Visit

pytestmark = pytest.mark.browser

INES = "Ines Duarte"
ALWAYS_OPEN = "update placement set opens_at = null, closes_at = null"
WORDS = "With us people stopped listening as soon as the figures came up."


@pytest.fixture(autouse=True)
def _open_again(demo: Demo) -> Iterator[None]:
    yield
    demo.run(ALWAYS_OPEN)


def choose(ines: Visit, opens: str, closes: str) -> None:
    ines.tool.goto(f"{ines.base}/activity")
    group = ines.tool.get_by_role("group", name="When can learners write?")
    expect(group.get_by_text("Times are in your time zone.")).to_have_count(2)
    group.get_by_label("Opens").fill(opens)
    group.get_by_label("Closes").fill(closes)
    ines.tool.get_by_role("button", name="Save").click()


def write_too_late(chromium: Browser, demo: Demo, thread: str) -> None:
    """It closes while somebody writes a reply: nothing is lost."""
    with chromium.new_context() as context, no_complaints(context, 409):
        tom = Visit.enter(context.new_page(), demo, TOM, TALK)
        tom.tool.goto(f"{tom.base}/threads/{thread}")
        tom.tool.get_by_label("Your reply").fill(WORDS)
        demo.run("update placement set closes_at = now() where closes_at is not null")
        tom.tool.get_by_role("button", name="Post reply").click()
        expect(tom.tool.get_by_text("Your reply was not posted. You can copy it here:")).to_be_visible()
        expect(tom.tool.get_by_label("Your text")).to_have_value(WORDS)


def test_writing_opens_and_closes(chromium: Browser, new_context: NewContext, demo: Demo) -> None:
    ines = Visit.enter_in_window(new_context(timezone_id="America/New_York").new_page(), demo, INES, TALK)
    thread = ines.post_thread("Which opening would you try?", "And why that one?")
    choose(ines, "2031-03-09T02:30", "2031-03-21T18:00")
    expect(ines.tool.get_by_role("alert").get_by_text("This time does not exist")).to_be_visible()
    look_at(ines.page, "set-up-phases-wrong")
    choose(ines, "2031-03-10T09:00", "2031-03-21T18:00")
    expect(ines.tool.locator(".phase relative-time").first).to_contain_text("Monday, 10 March 2031 at 9:00")
    expect(ines.tool.get_by_role("link", name="New thread")).to_be_visible()
    kept = demo.value(
        "select to_char(opens_at at time zone 'utc', 'HH24:MI') from placement where opens_at is not null"
    )
    assert kept == "13:00"
    ines.tool.goto(f"{ines.base}/activity")
    expect(ines.tool.get_by_label("Opens")).to_have_value("2031-03-10T09:00")
    look_at(ines.page, "set-up-phases")

    looking = Visit.enter_in_window(new_context(timezone_id="Europe/Berlin").new_page(), demo, TOM, TALK)
    expect(looking.tool.locator(".phase relative-time").first).to_contain_text(
        "Monday, 10 March 2031 at 14:00"
    )
    expect(looking.tool.get_by_role("link", name="New thread")).to_have_count(0)
    look_at(looking.page, "threads-before-opening")
    looking.tool.goto(f"{looking.base}/threads/new")
    expect(looking.tool.get_by_text("Not open for writing yet.")).to_be_visible()
    look_at(looking.page, "new-thread-before-opening")
    looking.tool.goto(f"{looking.base}/threads/{thread}")
    expect(looking.tool.get_by_text("Not open for writing yet.")).to_be_visible()
    look_at(looking.page, "thread-before-opening")

    choose(ines, "", "2031-03-21T18:00")
    expect(ines.tool.get_by_text("Open for writing.")).to_be_visible()
    looking.tool.goto(f"{looking.base}/threads/{thread}")
    expect(looking.tool.locator(".phase relative-time").first).to_contain_text(
        "Friday, 21 March 2031 at 23:00"
    )
    look_at(looking.page, "thread-open-until")

    write_too_late(chromium, demo, thread)
    looking.tool.goto(f"{looking.base}/threads/{thread}")
    expect(looking.tool.locator("#composer").get_by_text("Closed for writing.")).to_be_visible()
    look_at(looking.page, "thread-after-closing")
    looking.tool.goto(f"{looking.base}/threads")
    expect(looking.tool.get_by_text("You can still read everything.")).to_be_visible()
    look_at(looking.page, "threads-after-closing")
