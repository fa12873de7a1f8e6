"""Hostile input to every route: a clear answer, never a 500, and nothing written."""

import itertools
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from werkzeug.routing import Rule

from tests.factories.entrances import Course, Visitor

pytestmark = pytest.mark.slow

TEXTS = (
    "", " ", "\x00", "%00", "x" * 40_000,
    "'\"><script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "\u202e\ud7ff\uffff",
    "-1", "1e999", "NaN", "9" * 400, "null", "[]", '{"a":', "0192f6a0-0000-7000-8000-000000000000",
    "٣", "|" * 500,
    "[" * 3000, "> " * 3000, "* " * 3000,
)  # fmt: skip
NAMES = (
    "title", "body", "in_reply_to", "trying_to", "tried", "expected", "got", "help_wanted", "what_fixed_it",
    "cue", "action", "due_on", "outcome", "note", "source", "submission", "iss", "login_hint",
    "target_link_uri", "client_id", "state", "id_token",
)  # fmt: skip
QUERIES = (
    "after", "at", "from", "reply_to", "show", "where", "source", "outcome",
    "limit", "since", "agent", "cursor",
)  # fmt: skip
BODIES = (
    (b"", "application/json"),
    (b"{", "application/json"),
    (b"[" * 50_000, "application/json"),
    (b"\xff\xfe", "application/x-www-form-urlencoded"),
    (b"a=%ff%fe&body=%00", "application/x-www-form-urlencoded"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\nv\r\n--x--", "multipart/form-data; boundary=x"),
    (b"x", "multipart/form-data"),
    (b"x" * 1_100_000, "application/x-www-form-urlencoded"),
    (b"<a/>", "text/xml"),
)


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def address(rule: Rule, visitor: Visitor) -> str:
    values = {name: str(uuid4()) for name in rule.arguments}
    if "launch_id" in values:
        values["launch_id"] = str(visitor.actor.launch_id)
    path = rule.rule
    for name, value in values.items():
        path = (
            path.replace(f"<uuid:{name}>", value).replace(f"<path:{name}>", value).replace(f"<{name}>", value)
        )
    return path


def content(engine: Engine) -> dict[str, int]:
    tables = (
        "conversation",
        "post",
        "help_request",
        "acceptance",
        "follow_up",
        "follow_up_report",
        "statement",
    )
    with engine.connect() as connection:
        return {name: connection.scalar(text(f"select count(*) from {name}")) or 0 for name in tables}


@pytest.fixture
def visitor(course: Course) -> Visitor:
    return course.visitor()


def answers(visitor: Visitor, app: Flask, method: str) -> Iterator[tuple[str, int, str]]:
    token = visitor.form("/threads/new")["csrf_token"]
    for rule in rules(app):
        if method not in (rule.methods or ()):
            continue
        path = address(rule, visitor)
        for value in TEXTS:
            given = dict.fromkeys(QUERIES, value) if method == "GET" else dict.fromkeys(NAMES, value)
            where = {"query_string": given} if method == "GET" else {"data": {**given, "csrf_token": token}}
            answer = visitor.client.open(path, method=method, base_url="http://127.0.0.1:8000", **where)  # type: ignore[arg-type]
            yield f"{method} {rule.rule} {value[:30]!r}", answer.status_code, answer.text


def test_queries(visitor: Visitor, app: Flask, engine: Engine) -> None:
    before = content(engine)
    for what, status, page in answers(visitor, app, "GET"):
        assert status < 500, what
        assert "<script>alert" not in page, what
    assert content(engine) == before


def test_forms(visitor: Visitor, app: Flask, engine: Engine) -> None:
    statuses = set()
    for what, status, page in answers(visitor, app, "POST"):
        assert status < 500, what
        assert "<script>alert" not in page, what
        statuses.add(status)
    # Some of it is fine text, and is taken: with a statement for each row.
    assert statuses >= {303, 400, 404, 422}
    rows = content(engine)
    assert rows["statement"] == rows["post"] + rows["follow_up"] > 0


def test_bodies_of_every_kind(visitor: Visitor, app: Flask, engine: Engine) -> None:
    before = content(engine)
    for rule, (body, kind) in itertools.product(rules(app), BODIES):
        for method in {"POST", "PUT"} & set(rule.methods or ()):
            answer = visitor.client.open(
                address(rule, visitor),
                method=method,
                data=body,
                content_type=kind,
                base_url="http://127.0.0.1:8000",
            )
            assert 400 <= answer.status_code < 500, f"{method} {rule.rule} {kind} {body[:20]!r}"
    assert content(engine) == before


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/l/x", "/l/%00/threads", "/%ff", "//evil.test/", "/static/x/../../x"]
)
def test_addresses_that_are_none(visitor: Visitor, path: str) -> None:
    answer = visitor.client.get(path, base_url="http://127.0.0.1:8000")
    assert 300 <= answer.status_code < 500
    assert "evil.test" not in (answer.location or "")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "FOO"])
def test_methods_that_are_none(visitor: Visitor, method: str) -> None:
    answer = visitor.client.open(f"{visitor.base}/threads", method=method, base_url="http://127.0.0.1:8000")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("header", ["Accept-Language", "Cookie", "HX-Request", "User-Agent", "If-None-Match"])
def test_headers(visitor: Visitor, header: str) -> None:
    for value in ("x" * 8000, "*;q=9", "en;q=x,,,", "segue_launch=\xff", ";;;="):
        answer = visitor.get("/threads", headers={header: value})
        assert answer.status_code in {200, 401}
