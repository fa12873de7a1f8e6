"""The page that says what is recorded, and what somebody sees who opens an activity's id."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser.conftest import NewContext
from tests.browser.test_pages import look_at
from tests.servers import serving

pytestmark = pytest.mark.browser


def test_the_documentation_is_read_in_all_widths_and_colours(app: Flask, new_context: NewContext) -> None:
    with serving(app) as url:
        page = new_context().new_page()
        # A browser that opens the profile's address is led here.
        page.goto(f"{url}/xapi/profile")
        assert page.url == f"{url}/xapi/docs"
        expect(page.get_by_role("heading", level=1)).to_have_text("What Segue records")
        look_at(page, "catalogue")


def test_an_example_is_opened_and_read_by_keyboard(app: Flask, new_context: NewContext) -> None:
    with serving(app) as url:
        page = new_context(java_script_enabled=False).new_page()
        page.goto(f"{url}/xapi/docs")
        listed = page.get_by_role("navigation").get_by_role("link", name="Outcome reported")
        listed.press("Enter")
        event = page.get_by_role("region", name="Outcome reported")
        expect(event).to_be_in_viewport()
        event.get_by_text("Example: outcome reported").press("Enter")
        example = event.locator("pre")
        expect(example).to_be_visible()
        expect(example).to_contain_text('"verb"')


def test_an_entry_has_an_address_and_leads_back_to_the_list(app: Flask, new_context: NewContext) -> None:
    with serving(app) as url:
        page = new_context(java_script_enabled=False).new_page()
        page.goto(f"{url}/xapi/docs")
        event = page.get_by_role("region", name="Help asked")
        event.get_by_role("heading").get_by_role("link").press("Enter")
        assert page.url == f"{url}/xapi/docs#help_asked"
        event.get_by_role("link", name="All events").press("Enter")
        expect(page.get_by_role("heading", name="Events", exact=True)).to_be_in_viewport()


def test_an_open_example_is_readable_in_all_widths(app: Flask, new_context: NewContext) -> None:
    with serving(app) as url:
        page = new_context().new_page()
        page.goto(f"{url}/xapi/docs")
        page.get_by_text("Example: person placed").click()
        look_at(page, "catalogue-example")


def test_an_activitys_id_says_how_to_get_there(app: Flask, new_context: NewContext) -> None:
    with serving(app) as url:
        page = new_context().new_page()
        page.goto(f"{url}/xapi/a/019a0000-0000-7000-8000-000000000000")
        expect(page.get_by_role("heading", level=1)).to_have_text("Something in a course")
        look_at(page, "catalogue-thing")
        page.get_by_role("link", name="What Segue records").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("What Segue records")
