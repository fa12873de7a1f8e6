"""Which requests are taken and which are refused, before a statement is looked at."""

import json
from base64 import b64encode
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask.testing import FlaskClient

from lti_tool.record_store import service
from tests.conftest import QueryCounter

Sample = Callable[..., dict[str, Any]]
ClientOf = Callable[..., FlaskClient]
UUID = "5d1f1d5c-0e41-4c0f-9d5b-2a2f4a3b9c11"


def test_about_needs_neither_credentials_nor_version(client_of: ClientOf) -> None:
    answer = client_of(X_Experience_API_Version=None).get("/xapi/about")

    assert answer.status_code == 200
    about = answer.get_json()
    assert about["version"] == ["1.0.3", "2.0.0"]
    assert set(about) == {"version", "extensions"}
    (not_offered,) = about["extensions"].values()
    assert all(
        name in not_offered
        for name in ("activities/state", "agents/profile", "attachment data", "signed statements", "OAuth")
    )
    assert answer.headers["X-Experience-API-Version"] == "2.0.0"
    assert client_of(X_Experience_API_Version="0.9").get("/xapi/about").status_code == 200
    assert client_of().get("/xapi/about").headers["X-Experience-API-Version"] == "1.0.3"


VERSIONS = [
    (None, 400, "2.0.0"),
    ("", 400, "2.0.0"),
    ("0.95", 400, "2.0.0"),
    ("1.0", 200, "1.0.3"),
    ("1.0.0", 200, "1.0.3"),
    ("1.0.3", 200, "1.0.3"),
    ("1.0.99", 200, "1.0.3"),
    ("1.1.0", 400, "2.0.0"),
    ("1", 400, "2.0.0"),
    ("2.0", 200, "2.0.0"),
    ("2.0.0", 200, "2.0.0"),
    ("2.1.0", 400, "2.0.0"),
    ("3.0.0", 400, "2.0.0"),
    ("1.0.3, 2.0.0", 400, "2.0.0"),
    ("1.0.\N{ARABIC-INDIC DIGIT THREE}", 400, "2.0.0"),
]


def test_the_version_header(client_of: ClientOf, authorization: Callable[..., str]) -> None:
    header = authorization()
    for version, status, answered in VERSIONS:
        encoded = version.encode().decode("latin-1") if version else version
        answer = client_of(Authorization=header, X_Experience_API_Version=encoded).get("/xapi/statements")
        assert (answer.status_code, answer.headers["X-Experience-API-Version"]) == (status, answered), version
        assert (status == 200) == ("statements" in answer.get_json())


def basic(text: bytes) -> str:
    return "Basic " + b64encode(text).decode()


NOT_VALID = [
    None,
    "",
    "Basic",
    "Basic !!!",
    "Bearer abc",
    basic(b":"),
    basic(b"no-colon"),
    basic(b"nobody:secret"),
    basic(b"\xff\xfe:secret"),
    basic(b"a\0b:secret"),
    basic(b"0123456789abcdef0123456789abcdef:secret"),
    basic(b"0123456789abcdef0123456789abcdef\n:secret"),
    basic(b"' or 1=1 --:x"),
    basic(b"a" * 100_000),
    "Digest username=x",
]


@pytest.mark.parametrize("path", ["/xapi/statements", "/xapi/activities/state", "/xapi/"])
def test_without_valid_credentials_nothing_else_happens(client_of: ClientOf, path: str) -> None:
    for header, method in product(NOT_VALID, ("GET", "POST", "PUT", "DELETE")):
        client = client_of(Authorization=header)
        answer = client.open(path, method=method, data=b"{" * 1000, content_type="text/plain")
        assert answer.status_code == 401, header
        assert answer.headers["WWW-Authenticate"].startswith('Basic realm="')
        assert answer.get_json()["error"] == "unauthorized"
        assert path != "/xapi/statements" or "X-Experience-API-Consistent-Through" in answer.headers


def test_a_request_without_credentials_asks_nothing_of_the_database(
    client_of: ClientOf, count_queries: QueryCounter
) -> None:
    with count_queries() as asked:
        assert client_of().get("/xapi/statements").status_code == 401
        assert client_of(Authorization=basic(b"guess:work")).get("/xapi/statements").status_code == 401
    assert asked == []


OTHERS = [
    ("DELETE", "/xapi/statements", 405, "method_not_allowed"),
    ("PATCH", "/xapi/statements", 405, "method_not_allowed"),
    ("POST", "/xapi/about", 405, "method_not_allowed"),
    ("GET", "/xapi/activities/state", 404, "not_offered"),
    ("PUT", "/xapi/agents/profile", 404, "not_offered"),
    ("GET", "/xapi/agents", 404, "not_offered"),
    ("GET", "/xapi/extensions/anything", 404, "not_offered"),
    ("GET", "/xapi/", 404, "not_offered"),
]


def test_other_methods_and_resources(store: FlaskClient) -> None:
    for method, path, status, error in OTHERS:
        answer = store.open(path, method=method)
        assert answer.status_code == status
        assert answer.get_json()["error"] == error
        assert answer.headers["X-Experience-API-Version"] == "1.0.3"
        if status == 405:
            allowed = {"GET", "HEAD"} | ({"POST", "PUT"} if path.endswith("statements") else set())
            assert set(answer.headers["Allow"].split(", ")) == allowed
        else:
            assert "Not offered: " in answer.get_json()["message"]


AGENT = json.dumps({"mbox": "mailto:a@example.org"})


WRONG = [
    "foo=bar",
    "Verb=https://verbs.example/posted",
    "StatementId=" + UUID,
    "verb=https://a.example&verb=https://a.example",
    "limit=1&limit=1",
    "limit=-1",
    "limit=1.5",
    "limit=",
    "limit=many",
    "limit=" + "9" * 50,
    "verb=no-iri",
    "verb=",
    "activity=not%20an%20iri",
    "registration=1234",
    "registration=" + UUID.replace("-", ""),
    "registration={" + UUID + "}",
    "ascending=yes",
    "ascending=TRUE",
    "ascending=1",
    "related_agents=maybe",
    "related_activities=",
    "attachments=1",
    "format=pretty",
    "format=",
    "since=yesterday",
    "since=2026-01-01",
    "since=2026-01-01T10:00:00",
    "since=2026-01-01T10:00:00-00:00",
    "since=2026-02-30T10:00:00Z",
    "until=2026-01-01T10:00:00+01:00",  # an unescaped + is a space
    "cursor=x",
    "cursor=-1",
    "cursor=" + "9" * 40,
    "agent=x",
    "agent={}",
    "agent=[]",
    "agent=null",
    "agent=" + AGENT[:-1],
    'agent={"mbox":"mailto:a@example.org","mbox":"mailto:b@example.org"}',
    'agent={"mbox":"a@example.org"}',
    'agent={"mbox":"mailto:a@example.org","openid":"https://a.example"}',
    'agent={"name":"\\ud800","mbox":"mailto:a@example.org"}',
    'agent={"objectType":"Group","member":[' + AGENT + "]}",
    'agent={"objectType":"Activity","id":"https://a.example"}',
    "agent=" + "[" * 5_000,
    "statementId=1234",
    "statementId=",
    f"statementId={UUID}&voidedStatementId={UUID}",
    f"statementId={UUID}&limit=1",
    f"voidedStatementId={UUID}&ascending=false",
    f"statementId={UUID}&statementId={UUID}",
    "verb=%ff",
    "%ff=1",
    "method=GET",
    "&".join(f"a{number}=1" for number in range(100)),
]


def test_a_get_with_wrong_parameters_is_refused(store: FlaskClient) -> None:
    for query in WRONG:
        answer = store.get("/xapi/statements?" + query)
        assert answer.status_code == 400, (query, answer.text)
        assert answer.get_json()["error"] == "bad_request"
        assert answer.get_json()["message"]
        assert "X-Experience-API-Consistent-Through" in answer.headers


RIGHT = [
    "",
    "limit=0",
    "limit=100000",
    "verb=urn:x",
    "agent=" + AGENT,
    'agent={"account":{"homePage":"https://a.example","name":"\\u0000"}}',
    "agent=" + json.dumps({"objectType": "Group", "openid": "https://a.example/g"}),
    "since=2026-01-01T10:00:00%2B01:00",
    "since=2026-01-01T10:00:00.123456789Z",
    "since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z",
    "related_agents=true",
    "registration=" + UUID.upper(),
    "cursor=" + "9" * 18,
    "activity=https://b%C3%BCcher.example/%E2%82%AC",
]


def test_a_get_with_right_parameters_finds_nothing_in_an_empty_store(store: FlaskClient) -> None:
    for query in RIGHT:
        answer = store.get("/xapi/statements?" + query)
        assert answer.status_code == 200, (query, answer.text)
        assert answer.get_json() == {"statements": [], "more": ""}
        assert answer.content_type == "application/json"


WAYS = [
    ("POST", "", "application/json", 200),
    ("POST", "", "application/json; charset=UTF-8", 200),
    ("POST", "", "application/json; charset=latin-1", 400),
    ("POST", "", "text/plain", 400),
    ("POST", "", "application/x-www-form-urlencoded", 400),
    ("POST", "", "multipart/mixed; boundary=x", 400),
    ("POST", "", None, 400),
    ("POST", "?statementId=" + UUID, "application/json", 400),
    ("POST", "?method=PUT", "application/x-www-form-urlencoded", 400),
    ("PUT", "?statementId=" + UUID, "application/json", 204),
    ("PUT", "?statementId=" + UUID.upper(), "application/json", 204),
    ("PUT", "", "application/json", 400),
    ("PUT", "?StatementId=" + UUID, "application/json", 400),
    ("PUT", "?statementId=x", "application/json", 400),
    ("PUT", f"?statementId={UUID}&more=1", "application/json", 400),
    ("PUT", "?statementId=" + UUID.replace("5d", "6d"), "application/json", 400),
]


def test_how_statements_may_be_sent(store: FlaskClient, sample: Sample) -> None:
    for number, (method, query, content_type, status) in enumerate(WAYS):
        wanted = f"{UUID[:-3]}{number:03}"
        way, body = (
            query.replace(UUID, wanted).replace(UUID.upper(), wanted.upper()),
            json.dumps(sample(id=wanted)),
        )
        answer = store.open("/xapi/statements" + way, method=method, data=body, content_type=content_type)
        assert answer.status_code == status, (method, query, content_type, answer.text)
        found = store.get("/xapi/statements", query_string={"statementId": wanted})
        assert found.status_code == (200 if status < 300 else 404)


def test_a_read_only_credential_reads_and_does_not_write(
    client_of: ClientOf, authorization: Callable[..., str], sample: Sample
) -> None:
    reader = client_of(Authorization=authorization(can_write=False))
    assert reader.get("/xapi/statements").status_code == 200
    for answer in (
        reader.post("/xapi/statements", json=sample()),
        reader.post("/xapi/statements", json=[]),
        reader.put(f"/xapi/statements?statementId={UUID}", json=sample(id=None)),
    ):
        assert answer.status_code == 403
        assert answer.get_json()["error"] == "forbidden"
    assert reader.get("/xapi/statements").get_json()["statements"] == []


def test_head_is_get_without_a_body(store: FlaskClient, put_in: Sample) -> None:
    statement = put_in()
    for query in (f"?statementId={statement['id']}", "?limit=1", "?foo=bar", f"?statementId={UUID}"):
        shown, head = store.get("/xapi/statements" + query), store.head("/xapi/statements" + query)
        assert head.status_code == shown.status_code
        assert head.data == b""
        for name in ("Content-Type", "ETag", "Last-Modified", "X-Experience-API-Version", "Content-Length"):
            assert head.headers.get(name) == shown.headers.get(name)
        assert "X-Experience-API-Consistent-Through" in head.headers
    assert store.head("/xapi/about").status_code == 200


def test_a_failure_of_ours_is_json_too_and_stores_nothing(
    store: FlaskClient, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(service, "insert_matches", lambda *_: 1 / 0)
        answer = store.post("/xapi/statements", json=sample())
    assert answer.status_code == 500
    assert answer.get_json()["error"] == "internal_server_error"
    assert "ZeroDivision" not in answer.text
    assert store.get("/xapi/statements").get_json()["statements"] == []


def test_the_whole_tool_takes_the_alternate_syntax_and_only_below_its_record_store(
    client: FlaskClient, authorization: Callable[..., str]
) -> None:
    fields = {"Authorization": authorization(), "X-Experience-API-Version": "1.0.3", "limit": "1"}
    here = {"base_url": "http://127.0.0.1:8000"}
    answer = client.post("/xapi/statements?method=GET", data=fields, **here)
    assert (answer.status_code, answer.get_json()) == (200, {"statements": [], "more": ""})
    assert client.post("/health/live?method=GET", data=fields, **here).status_code == 405
