"""Several tabs of one browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewContext
from tests.browser.running import Demo
from tests.browser.visits import ANA, TALK, WORKSHOPS, Visit

pytestmark = pytest.mark.browser


def test_two_tabs_in_two_courses_do_not_mix(demo: Demo, new_context: NewContext) -> None:
    """One browser, one person, two courses: each tab stays in its own."""
    context = new_context()
    first = Visit.enter(context.new_page(), demo, ANA, TALK)
    second = Visit.enter(context.new_page(), demo, ANA, WORKSHOPS)
    assert first.launch_id != second.launch_id
    first.page.bring_to_front()
    thread = first.post_thread("Written in the first tab", "In difficult conversations.")
    second.page.bring_to_front()
    second.post_thread("Written in the second tab", "In facilitating workshops.")
    for visit, here, there in ((first, "first", "second"), (second, "second", "first")):
        visit.page.bring_to_front()
        visit.space("Discuss")
        visit.tool.get_by_role("link", name="Whole course").click()
        expect(visit.tool.get_by_role("link", name=f"Written in the {here} tab")).to_have_count(1)
        expect(visit.tool.get_by_role("link", name=f"Written in the {there} tab")).to_have_count(0)
    # The cookie of one launch opens nothing of the other, though both are in this browser.
    mixed = context.request.get(f"{second.base}/threads/{thread}")
    assert mixed.status == 404
