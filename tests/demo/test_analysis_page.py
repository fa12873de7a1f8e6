"""The analyst's page: what it says of a store that is full, empty, large, hostile, broken or away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from lti_tool.demo.lms import LmsConfig, create_lms
from tests.demo.acts import COURSE, statement, thing
from tests.demo.store_stand_in import Store, stored_at
from tests.servers import serving
from xapi import vocabulary

OTHER = "http://tool.test/xapi/a/other"
HOSTILE = "\"'><script>alert(1)</script>&amp;<svg onload=alert(2)>"


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def visitor(store: Store, lms_config: LmsConfig) -> Iterator[FlaskClient]:
    with serving(store) as address:
        config = replace(lms_config, records_url=f"{address}/xapi", tool_url="http://tool.test")
        yield create_lms(config).test_client()


def conversation(who: str = "ana", other: str = "tom", **more: Any) -> list[dict[str, Any]]:
    """A thread and a request, each answered after two hours, and a plan of which there is a report."""
    action = thing("plan", vocabulary.WORKPLACE_ACTION)
    topic, doubt = thing("topic", vocabulary.FORUM_TOPIC), thing("doubt", vocabulary.DOUBT)
    posted = statement(who, vocabulary.POSTED, topic, **more)
    asked = statement(who, vocabulary.ASKED, doubt, **more)
    answers = [
        statement(
            other, vocabulary.REPLIED, thing(name, kind), hours=2, parents=[to], refers_to=of["id"], **more
        )
        for name, kind, to, of in (
            ("reply", vocabulary.FORUM_REPLY, "topic", posted),
            ("solution", vocabulary.SOLUTION, "doubt", asked),
        )
    ]
    planned = statement(who, vocabulary.PLANNED, action, **more)
    reported = statement(who, vocabulary.REPORTED, action, hours=9, outcome="did", **more)
    return [posted, asked, *answers, planned, reported]


def charts(page: str) -> list[ET.Element]:
    """The pictures of a page, each of which must be well-formed."""
    parts = page.split('<svg class="chart"')[1:]
    return [ET.fromstring('<svg class="chart"' + part.split("</svg>")[0] + "</svg>") for part in parts]


def test_it_draws_what_the_store_holds(visitor: FlaskClient, store: Store) -> None:
    store.statements = conversation()
    page = visitor.get("/analysis").text
    assert len(charts(page)) == 5
    for said in (
        "Statements read: 6",
        "Participation by day",
        "2 h",
        "Answered: 1 of 1",
        "Did it",
        "2 given",
    ):
        assert said in page, said
    assert [asked.get("limit") for asked in store.asked] == ["100"]


def test_each_chart_says_what_it_is_and_has_its_numbers_in_a_table(
    visitor: FlaskClient, store: Store
) -> None:
    store.statements = conversation()
    page = visitor.get("/analysis").text
    for chart in charts(page):
        title, description, *_ = chart
        assert (title.tag, description.tag) == ("title", "desc")
        assert chart.attrib["role"] == "img"
        assert chart.attrib["aria-labelledby"] == title.attrib["id"]
        assert chart.attrib["aria-describedby"] == description.attrib["id"]
        assert title.text
        assert description.text
    assert page.count('<table class="numbers">') == 5
    assert "<script" not in page
    assert " style=" not in page


def test_course_and_period_stand_in_the_address(visitor: FlaskClient, store: Store) -> None:
    store.statements = [
        *conversation(),
        statement(
            "zoe", vocabulary.POSTED, thing("t", vocabulary.FORUM_TOPIC), course=OTHER, course_name="Other"
        ),
    ]
    page = visitor.get("/analysis", query_string={"course": OTHER, "from": "2026-05-01", "by": "week"}).text
    assert "Statements read: 1," in page
    assert f'<option value="{OTHER}" dir="auto" selected>' in page.replace("\n", " ")
    assert 'value="2026-05-01"' in page
    assert "Participation by week" in page
    assert store.asked[-1]["activity"] == OTHER
    page = visitor.get("/analysis", query_string={"course": COURSE, "until": "2026-05-03"}).text
    assert "There was no activity in this period" in page
    assert "Statements read: 6," in page


def test_what_is_asked_in_another_way_is_said(visitor: FlaskClient, store: Store) -> None:
    store.statements = conversation()
    page = visitor.get("/analysis", query_string={"from": "2026-13-01", "until": HOSTILE, "by": "year"}).text
    assert "From and until: please enter a date" in page
    assert "<script>" not in page
    assert "Answered: 1 of 1" in page
    turned = visitor.get("/analysis", query_string={"from": "2026-05-09", "until": "2026-05-01"}).text
    assert "Answered: 1 of 1" in turned
    assert visitor.get("/analysis", query_string={"course": HOSTILE}).status_code == 400
    for odd in ("0001-01-01", "9999-12-31"):
        assert visitor.get("/analysis", query_string={"from": odd, "by": "day"}).status_code == 200
        assert visitor.get("/analysis", query_string={"until": odd, "by": "day"}).status_code == 200
    both = visitor.get("/analysis", query_string={"from": "0001-01-01", "until": "9999-12-31"}).text
    assert "Answered: 1 of 1" in both


def test_a_store_without_statements_says_what_to_do(visitor: FlaskClient, store: Store) -> None:
    assert "holds no statements yet" in visitor.get("/analysis").text
    store.statements = conversation()
    page = visitor.get("/analysis", query_string={"course": "urn:nobody"}).text
    assert "no statement of this course" in page
    assert "Answered" not in page


def test_few_statements_are_no_trouble(visitor: FlaskClient, store: Store) -> None:
    """One after the other: somebody comes in, then asks, and so on; each time all charts are there."""
    came = statement("ana", vocabulary.LAUNCHED, thing("placement", vocabulary.RESOURCE_LINK))
    pages = []
    for one in (came, *conversation()):
        store.statements.append(one)
        pages.append(visitor.get("/analysis").text)
    assert "There were no answers" in pages[0]
    assert "There were no plans" in pages[0]
    assert [len(charts(page)) for page in pages] == [1, 2, 3, 4, 4, 5, 5]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Response("", 401), "does not accept"),
        (Response("", 403), "does not accept"),
        (Response("", 500), "status 500"),
        (Response("<h1>", 200), "unusable answer"),
        (Response('{"statements": {}}', 200), "unusable answer"),
        (Response('{"statements": [7]}', 200), "unusable answer"),
        (Response("[" * 100_000, 200), "unusable answer"),
    ],
)
def test_every_failure_is_explained(
    visitor: FlaskClient, store: Store, refusal: Response, words: str
) -> None:
    store.refusal = refusal
    page = visitor.get("/analysis", query_string={"course": COURSE})
    assert page.status_code == 200
    assert words in page.text
    assert len(store.asked) == 1


def test_what_was_read_before_is_shown_when_the_store_is_away(visitor: FlaskClient, store: Store) -> None:
    store.statements = conversation()
    visitor.get("/analysis")
    store.refusal = Response("", 503)
    page = visitor.get("/analysis").text
    assert "Below is what was read before" in page
    assert len(charts(page)) == 5
    # Of a course only what was read of that course, which is nothing yet.
    page = visitor.get("/analysis", query_string={"course": COURSE}).text
    assert "status 503" in page
    assert "read before" not in page
    assert charts(page) == []


def test_a_store_that_is_missing_or_down_is_explained(lms_config: LmsConfig, tmp_path: Path) -> None:
    for url, words in ((None, "No record store"), ("http://127.0.0.1:1/xapi", "cannot be reached")):
        config = replace(lms_config, records_url=url, data_dir=tmp_path / words)
        page = create_lms(config).test_client().get("/analysis")
        assert page.status_code == 200
        assert words in page.text


def test_no_text_of_a_statement_becomes_markup(visitor: FlaskClient, store: Store) -> None:
    store.statements = [
        *conversation(f"ana{HOSTILE}", f"tom{HOSTILE}", course_name=HOSTILE),
        statement(
            "ana",
            vocabulary.REPORTED,
            thing("plan", vocabulary.WORKPLACE_ACTION) | {"id": f"urn:{HOSTILE}"},
            outcome=HOSTILE,
            due=HOSTILE,
            hours=10,
        ),
    ]
    page = visitor.get("/analysis").text
    assert "<script" not in page
    assert "onload=alert" not in page.replace("&lt;svg onload=alert", "")
    assert page.count("&lt;script&gt;alert(1)") >= 4
    assert len(charts(page)) == 5


def test_of_a_large_store_the_newest_are_shown_and_it_is_said(visitor: FlaskClient, store: Store) -> None:
    """12,000 statements: a hundred requests, and no more of them the next time."""
    store.statements = [stored_at(one, number) for number, one in enumerate(many(12_000))]
    page = visitor.get("/analysis").text
    while "Refresh the page to read more" in page:
        page = visitor.get("/analysis").text
    assert "Only the newest 10,000 statements are counted" in page
    assert "Statements read: 10,000" in page
    assert len([asked for asked in store.asked if "ascending" not in asked]) == 100
    store.asked.clear()
    visitor.get("/analysis")
    assert len(store.asked) == 1


def many(count: int) -> list[dict[str, Any]]:
    """Threads and replies of 200 people in 50 weeks."""
    made = []
    for number in range(count):
        who, hours = f"person-{number % 200}", number * 8400 / count
        if number % 4 == 0:
            topic = thing(f"t{number}", vocabulary.FORUM_TOPIC)
            made.append(statement(who, vocabulary.POSTED, topic, hours=hours))
        else:
            to = number - number % 4
            kind = thing(f"r{number}", vocabulary.FORUM_REPLY)
            made.append(statement(who, vocabulary.REPLIED, kind, hours=hours, parents=[f"t{to}"]))
    return made


def test_there_are_never_more_than_a_few_copies(store: Store, visitor: FlaskClient) -> None:
    store.statements = conversation()
    for number in range(12):
        visitor.get("/analysis", query_string={"course": f"urn:course:{number}"})
    copies = visitor.application.extensions["analyst"]
    assert len(copies._by_course) == 5
    assert "" in copies._by_course


def test_the_time_of_the_page_is_that_of_the_store(visitor: FlaskClient, store: Store) -> None:
    store.statements = conversation()
    store.through = datetime(2026, 7, 2, 3, 4, 5, tzinfo=UTC)
    assert "2 Jul 2026, 03:04:05 UTC" in visitor.get("/analysis").text
