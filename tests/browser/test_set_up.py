"""The page that sets an activity up: nothing on it sticks to what stands above."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewContext
from tests.browser.running import Demo
from tests.browser.test_pages import WIDTHS
from tests.browser.visits import TALK, Visit

pytestmark = pytest.mark.browser

LEAST = 12


def gap(above: Locator, below: Locator) -> float:
    upper, lower = above.bounding_box(), below.bounding_box()
    assert upper
    assert lower
    return lower["y"] - upper["y"] - upper["height"]


@pytest.mark.parametrize("width", WIDTHS)
def test_each_part_has_room(demo: Demo, new_context: NewContext, width: int) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    visit = Visit.enter_in_window(page, demo, "Ines Duarte", TALK)
    page.goto(f"{visit.base}/activity")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up this activity")
    card = page.locator("label").filter(has=page.get_by_role("checkbox", name="anonymously"))
    save, groups = page.locator("form .foot"), page.get_by_role("link", name="Groups of this activity")
    assert gap(page.get_by_label("Points in the gradebook"), card) >= LEAST
    assert gap(card, save) >= LEAST
    assert gap(save, groups) >= LEAST
