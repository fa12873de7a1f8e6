"""The analyst's page, to the eye and by keyboard: of the demo, and of stores empty, large or away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.wrappers import Response

from lti_tool.demo.lms import LmsConfig, create_lms
from tests.browser.conftest import own_context
from tests.browser.running import Demo
from tests.browser.test_journey import read_until
from tests.browser.test_pages import look_at
from tests.demo.acts import statement, thing
from tests.demo.store_stand_in import Store
from tests.demo.test_analysis_page import HOSTILE, many
from tests.servers import free_port, serving
from xapi import vocabulary

pytestmark = pytest.mark.browser

CHARTS = (
    "Acts by week",
    "Follow-ups by their last report",
    "Time to the first answer, help requests",
    "Time to the first answer, threads",
    "Who answers whom",
)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with own_context(chromium) as context:
        yield context.new_page()


@contextmanager
def lms_over(store: Store, folder: Path) -> Iterator[str]:
    """A demo LMS that reads this record store; gives the address of its page."""
    port = free_port()
    with serving(store) as address:
        issuer = f"http://127.0.0.1:{port}"
        config = LmsConfig(
            issuer=issuer,
            tool_url=address,
            data_dir=folder,
            client_id="segue",
            deployment_id="1",
            records_url=f"{address}/xapi",
        )
        with serving(create_lms(config), port=port):
            yield f"{issuer}/analysis"


@pytest.fixture
def told(demo: Demo) -> Demo:
    """The demo when its sample content has been delivered."""
    rows = demo.count("select count(*) from statement")
    assert len(read_until(demo, lambda statements: len(statements) >= rows)) >= rows > 100
    return demo


def test_the_demo_has_something_to_draw(page: Page, told: Demo) -> None:
    page.goto(told.lms_url)
    page.get_by_role("link", name="Analysis").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Analysis")
    for name in CHARTS:
        expect(page.get_by_role("img", name=name, exact=True)).to_be_visible()
    look_at(page, "analysis")
    page.get_by_label("Course").select_option("Giving feedback")
    page.get_by_role("link", name="Last 30 days").click()
    page.get_by_label("Course").select_option("Giving feedback")
    page.get_by_role("combobox", name="By").select_option("day")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"course=.+&from=\d{4}-\d\d-\d\d&until=&by=day$"))
    expect(page.get_by_role("heading", name="Participation by day")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    look_at(page, "analysis-course-numbers")


def test_it_is_used_by_keyboard_alone(page: Page, told: Demo) -> None:
    page.goto(f"{told.lms_url}/analysis")
    page.get_by_label("Course").focus()
    page.keyboard.press("g")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("course=http"))
    table = page.get_by_role("region", name="Numbers of participation")
    expect(table).to_be_hidden()
    summary = page.locator("summary").first
    summary.focus()
    summary.press("Enter")
    expect(table).to_be_visible()
    page.keyboard.press("Tab")
    expect(table).to_be_focused()


def test_a_page_without_statements(page: Page, tmp_path: Path) -> None:
    with lms_over(Store(), tmp_path) as address:
        page.goto(address)
        expect(page.get_by_text("holds no statements yet")).to_be_visible()
        look_at(page, "analysis-empty")


def test_a_page_with_few(page: Page, tmp_path: Path) -> None:
    store = Store()
    store.statements = [
        statement(HOSTILE, vocabulary.POSTED, thing("t", vocabulary.FORUM_TOPIC), course_name=HOSTILE * 3)
    ]
    with lms_over(store, tmp_path) as address:
        page.goto(address)
        expect(page.get_by_text("There were no plans")).to_be_visible()
        look_at(page, "analysis-few")


def test_a_page_whose_store_is_away(page: Page, tmp_path: Path) -> None:
    store = Store()
    store.refusal = Response("", 503)
    with lms_over(store, tmp_path) as address:
        page.goto(address)
        expect(page.get_by_text("an unusable answer")).to_be_visible()
        look_at(page, "analysis-away")


def test_a_page_of_ten_thousand(page: Page, tmp_path: Path) -> None:
    store = Store()
    store.statements = many(10_400)
    with lms_over(store, tmp_path) as address:
        page.goto(address)
        while page.get_by_text("Refresh the page to read more").is_visible():
            page.get_by_role("link", name="Refresh").click()
        expect(page.get_by_text("Only the newest 10,000 statements")).to_be_visible()
        look_at(page, "analysis-large")
