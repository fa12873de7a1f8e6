"""Groups, arranged by an instructor with the keyboard, and the gallery that opens them to each other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Come
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, TOM, WORKSHOPS, Visit

pytestmark = pytest.mark.browser

INES = "Ines Duarte"
MEND = (
    "update placement set group_set_id = null, gallery_at = null, gallery_replies = false",
    "update conversation set group_id = null, audience = 'course'",
    "delete from mention where group_id in (select id from course_group where platform_id is null)",
    "delete from course_group_membership where own_set_id is not null",
    "delete from course_group where platform_id is null",
    "delete from course_group_set where platform_id is null",
)


@pytest.fixture(autouse=True)
def _everybody_together_again(demo: Demo) -> Iterator[None]:
    yield
    for statement in MEND:
        demo.run(statement)


def go(visit: Visit, path: str, heading: str) -> Page:
    visit.page.goto(f"{visit.base}{path}")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(heading)
    return visit.page


def rename(page: Page, old: str, new: str) -> None:
    row = page.get_by_role("listitem").filter(has_text=old)
    row.locator("summary", has_text="Rename").press("Enter")
    row.get_by_label("New name").fill(new)
    page.keyboard.press("Enter")


def test_groups_from_nothing_to_the_gallery(come: Come) -> None:
    ana, tom, ines = (come(person, WORKSHOPS) for person in (ANA, TOM, INES))
    page = go(ines, "/groups", "Groups of this activity")
    look_at(page, "groups-none")
    page.get_by_label("What are the groups for?").fill("Practice pairs")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Practice pairs")
    expect(page.get_by_text("There are no groups yet.")).to_be_visible()
    for name in ("Kestrels", "Herons"):
        page.get_by_label("Name of the group").fill(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("listitem").filter(has_text=name).first).to_be_visible()
    rename(page, "Herons", "Kestrels")
    expect(page.get_by_role("alert")).to_contain_text("Another group in this set has")
    wrong = page.locator("[aria-invalid='true']")
    expect(wrong).to_be_focused()
    look_at(page, "group-rename")
    wrong.fill("Ospreys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="Ospreys").first).to_be_visible()
    rename(page, "Ospreys", "Herons")
    for person, group in ((ANA, "Kestrels"), (TOM, "Herons")):
        choice = page.get_by_label(person)
        choice.focus()
        choice.press_sequentially(group)
        expect(choice.locator("option:checked")).to_have_text(group)
    page.get_by_role("button", name="Save groups").press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="Kestrels").first).to_contain_text("1 person")
    look_at(page, "group-set")

    page = go(ana, "/threads", WORKSHOPS.activity)
    expect(page.get_by_text("You can see your group\u2019s threads")).to_be_visible()
    look_at(page, "threads-in-a-group")
    page.get_by_role("link", name="New thread").click()
    expect(page.get_by_text("Kestrels and staff can read it.")).to_be_visible()
    page.get_by_label("Title").fill("Our nest")
    page.get_by_label("Your post").fill("Which opening would you try?")
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our nest")
    look_at(page, "thread-of-a-group")
    thread = page.url.partition("/threads/")[2][:36]

    page = go(tom, "/threads", WORKSHOPS.activity)
    expect(page.get_by_text("Your group:")).to_be_visible()
    expect(page.get_by_role("link", name="Our nest")).to_have_count(0)

    page = go(ines, "/groups", "Groups of this activity")
    page.get_by_role("button", name="Open now").press("Enter")
    expect(page.get_by_text("Other groups can only read.")).to_be_visible()
    look_at(page, "groups-gallery")

    page = go(tom, "/threads", WORKSHOPS.activity)
    expect(page.get_by_text("The gallery is open")).to_be_visible()
    look_at(page, "threads-gallery")
    page = go(tom, f"/threads/{thread}", "Our nest")
    expect(page.get_by_text("This thread belongs to another group. You can read it.")).to_be_visible()
    look_at(page, "thread-gallery")


def test_the_gallerys_moment_is_in_the_readers_time(come: Come, demo: Demo) -> None:
    ines = come(INES, WORKSHOPS, timezone_id="America/New_York")
    page = go(ines, "/groups", "Groups of this activity")
    page.get_by_label("What are the groups for?").fill("Practice pairs")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Practice pairs")
    page = go(ines, "/groups", "Groups of this activity")
    expect(page.get_by_text("Times are in your time zone.")).to_be_visible()
    page.get_by_label("Open the gallery").fill("2031-07-01T18:00")
    page.get_by_role("region", name="Gallery").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("Opens")).to_be_visible()
    expect(page.get_by_label("Open the gallery")).to_have_value("2031-07-01T18:00")
    kept = demo.value(
        "select to_char(gallery_at at time zone 'utc', 'HH24:MI') from placement where gallery_at is not null"
    )
    assert kept == "22:00"
