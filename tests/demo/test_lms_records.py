"""The page of xAPI statements, over a record store that may answer anything."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lti_tool.demo.lms import LmsConfig, create_lms
from lti_tool.demo.lms.catalogue import PEOPLE
from tests.demo.tool_stand_in import LocalServer

FIRST = "/xapi/statements?limit=25"


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "id": "5f0c1c5e-3f0a-4a71-9f1c-0d1f7e4a2b10",
        "stored": "2026-05-03T09:12:01.123Z",
        "actor": {"account": {"homePage": "http://lms.test", "name": PEOPLE[0].sub}},
        "verb": {
            "id": "http://id.tincanapi.com/verb/replied",
            "display": {"de": "antwortete", "en-US": "replied"},
        },
        "object": {
            "id": "http://tool.test/posts/1",
            "definition": {
                "name": {"en": "<script>alert(1)</script>"},
                "type": "http://id.tincanapi.com/activitytype/forum-reply",
            },
        },
        "context": {"contextActivities": {"parent": [{"id": "http://tool.test/threads/1"}]}},
    } | changes


def test_statements_are_shown_as_an_analyst_reads_them(visitor: FlaskClient, server: LocalServer) -> None:
    server.put_json(FIRST, {"statements": [statement()], "more": ""})
    page = visitor.get("/records").text
    for shown in (
        "Ana Ruiz",
        "replied",
        "forum-reply",
        "3 May 2026, 09:12:01 UTC",
        "http://tool.test/threads/1",
    ):
        assert shown in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "Older" not in page
    [(_, headers)] = server.asked
    assert headers["Authorization"] == f"Basic {base64.b64encode(b'analyst:read only').decode()}"
    assert headers["X-Experience-API-Version"] == "1.0.3"


def test_older_statements_are_followed_on_the_same_host(visitor: FlaskClient, server: LocalServer) -> None:
    more = "/xapi/statements?limit=25&cursor=AbC"
    server.put_json(FIRST, {"statements": [statement()], "more": f"{server.url}{more}"})
    server.put_json(more, {"statements": [statement(actor={"name": "Somebody older"})]})
    assert "cursor%3DAbC" in visitor.get("/records").text
    assert "Somebody older" in visitor.get("/records", query_string={"more": more}).text


@pytest.mark.parametrize(
    "more",
    [
        "http://evil.test/x",
        "//evil.test/x",
        "http://[",
        "http://127.0.0.1:x/",
        "https://127.0.0.1/",
        "ftp:x",
    ],
)
def test_credentials_stay_with_the_store(visitor: FlaskClient, server: LocalServer, more: str) -> None:
    assert visitor.get("/records", query_string={"more": more}).status_code == 400
    assert not server.asked
    server.put_json(FIRST, {"statements": [statement()], "more": more})
    assert "Older" not in visitor.get("/records").text


@pytest.mark.parametrize(
    "more", ["/\\evil.test/x", "http:\\\\evil", "/%2f/evil", "/a b\n", "relative", "?x=1", ""]
)
def test_odd_pages_stay_on_the_host(visitor: FlaskClient, server: LocalServer, more: str) -> None:
    page = visitor.get("/records", query_string={"more": more})
    assert "status 404" in page.text
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, "application/json", b"{}"), "name and password"),
        ((403, "application/json", b"{}"), "name and password"),
        ((500, "text/html", b"oh"), "status 500"),
        ((302, "text/html", b"http://127.0.0.1:1/"), "status 302"),
        ((200, "text/html", b"<h1>"), "did not answer with statements"),
        ((200, "application/json", b"[" * 100_000), "did not answer with statements"),
        ((200, "application/json", b"[]"), "did not answer with statements"),
        ((200, "application/json", b'{"statements": {}}'), "did not answer with statements"),
        ((200, "application/json", b'{"statements": []}'), "holds no statements yet"),
    ],
)
def test_every_answer_of_the_store_is_explained(
    visitor: FlaskClient, server: LocalServer, answer: tuple[int, str, bytes], words: str
) -> None:
    server.answers[FIRST] = answer
    page = visitor.get("/records")
    assert page.status_code == 200
    assert words in page.text


def test_a_store_that_is_missing_or_down_is_explained(lms_config: LmsConfig, tmp_path: Path) -> None:
    for url, words in ((None, "No record store"), ("http://127.0.0.1:1/xapi", "cannot be reached")):
        config = replace(lms_config, records_url=url, data_dir=tmp_path / words)
        assert words in create_lms(config).test_client().get("/records").text


@pytest.mark.parametrize(
    "odd",
    [
        7,
        None,
        {},
        statement(actor=[], verb="x", object=None, context={"contextActivities": {"parent": []}}),
        statement(actor={"name": "\ud800"}, verb={"id": 5, "display": {"en": 7}}, stored=3),
        statement(object={"objectType": "Agent", "account": {"name": PEOPLE[1].sub}}),
        statement(context={"contextActivities": {"parent": {"definition": {"name": {"fr": "Fil"}}}}}),
        statement(stored="0001-01-01T00:00:00+23:59"),
        statement(result=json.loads("[" * 900 + "]" * 900)),
    ],
)
def test_odd_statements_do_not_break_the_page(visitor: FlaskClient, server: LocalServer, odd: object) -> None:
    server.put_json(FIRST, {"statements": [odd, statement()]})
    page = visitor.get("/records")
    assert page.status_code == 200
    assert "Ana Ruiz" in page.text
