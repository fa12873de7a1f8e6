"""Hostile content is refused in plain words, and never an error of ours."""

import json
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Sample = Callable[..., dict[str, Any]]

STATEMENT = (
    '{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"urn:v"},"object":{"id":"urn:o"},'
    '"result":{"extensions":{"urn:e":%s}}}'
)


HOSTILE = [
    b"",
    b" ",
    b"{",
    b"}",
    b"nul",
    b"null",
    b"1",
    b'"text"',
    b"true",
    b"[null]",
    b"[[]]",
    b"[1, 2]",
    b"{}",
    b"[{}]",
    b"\xff\xfe",
    b'\xef\xbb\xbf{"actor":1}',
    json.dumps([{}]).encode("utf-16"),
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    (STATEMENT % ("[" * 200 + "]" * 200)).encode(),
    (STATEMENT % ('{"a":' * 950 + "1" + "}" * 950)).encode(),
    (STATEMENT % ("9" * 5_000)).encode(),
    (STATEMENT % "1e999").encode(),
    (STATEMENT % "-1e999").encode(),
    (STATEMENT % "NaN").encode(),
    (STATEMENT % "Infinity").encode(),
    (STATEMENT % "-Infinity").encode(),
    (STATEMENT % '"\\ud800"').encode(),
    (STATEMENT % '{"\\udfff":1}').encode(),
    (STATEMENT % '"\\x"').encode(),
    (STATEMENT % '"\0"').encode(),
    (STATEMENT % '"\n"').encode(),
    (STATEMENT % '{"a":1,"a":1}').encode(),
    (STATEMENT % "01").encode(),
    (STATEMENT % "1").encode() * 2,
    (STATEMENT % "1").encode() + b",",
    STATEMENT.replace('"verb"', '"actor"').encode(),
    b'{"actor":' + b"[" * 2_000 + b"]" * 2_000 + b"}",
    b"[" + b"{}," * 400 + b"{}]",
]


def test_a_hostile_body_is_refused(store: FlaskClient) -> None:
    for body in HOSTILE:
        answer = store.post("/xapi/statements", data=body, content_type="application/json")
        assert answer.status_code == 400, (body[:200], answer.text)
        assert answer.get_json()["error"] == "bad_request"
        assert len(answer.get_json()["message"]) < 1_000
    assert store.get("/xapi/statements").get_json()["statements"] == []


ODD = [
    '"\\u0000"',
    '{"\\u0000":"\\u0000"}',
    "9" * 4_000,
    "-0.0",
    "1e-400",
    '"\\ud83d\\ude00"',
    '"\\\\u0000 \\\\N \\\\. \\t\\n\\r"',
    '"\u2028\x7f\ufeff"',
    "[" * 90 + "]" * 90,
    '"\\\\"',
]


def test_odd_but_valid_values_are_stored_and_returned(store: FlaskClient) -> None:
    for value in ODD:
        answer = store.post(
            "/xapi/statements", data=(STATEMENT % value).encode(), content_type="application/json"
        )
        assert answer.status_code == 200, (value, answer.text)
        for shown in ("exact", "canonical"):
            found = store.get(
                f"/xapi/statements?statementId={answer.get_json()[0]}&format={shown}"
            ).get_json()
            assert found["result"]["extensions"]["urn:e"] == json.loads(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PROPERTY = st.sampled_from(
    ["id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version", "x"]
)
HEALTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=60, deadline=None, suppress_health_check=HEALTH)
@given(extension=JSON)
def test_any_json_in_an_extension_survives(store: FlaskClient, extension: Any) -> None:
    sent = json.loads(STATEMENT % "0") | {"result": {"extensions": {"urn:e": extension}}}
    answer = store.post("/xapi/statements", data=json.dumps(sent), content_type="application/json")
    if any("\ud800" <= letter <= "\udfff" for letter in json.dumps(extension, ensure_ascii=False)):
        assert answer.status_code == 400
        return
    assert answer.status_code == 200, answer.text
    found = json.loads(store.get(f"/xapi/statements?statementId={answer.get_json()[0]}").data)
    assert found["result"] == sent["result"]


@settings(max_examples=80, deadline=None, suppress_health_check=HEALTH)
@given(changes=st.dictionaries(PROPERTY, JSON, min_size=1, max_size=3))
def test_any_json_in_any_property_is_stored_or_refused(store: FlaskClient, changes: dict[str, Any]) -> None:
    sent = json.loads(STATEMENT % "0") | changes
    answer = store.post("/xapi/statements", data=json.dumps(sent), content_type="application/json")
    assert answer.status_code in {200, 400}, answer.text


@settings(max_examples=80, deadline=None, suppress_health_check=HEALTH)
@given(
    parameters=st.dictionaries(
        st.sampled_from(
            ["agent", "verb", "activity", "registration", "since", "limit", "cursor", "format", "x"]
        ),
        st.text(),
        max_size=3,
    ),
    suffix=st.binary(max_size=5),
)
def test_any_parameters_are_answered(
    store: FlaskClient, store_app: Flask, parameters: dict[str, str], suffix: bytes
) -> None:
    store_app.config["PROPAGATE_EXCEPTIONS"] = True
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in parameters.items()}
    answer = store.get("/xapi/statements", query_string=clean)
    assert answer.status_code in {200, 400}
    raw = "/xapi/statements?verb=" + "".join(f"%{byte:02x}" for byte in suffix)
    assert store.get(raw).status_code in {200, 400}


FIELD = st.sampled_from(
    ["content", "limit", "agent", "Content-Type", "Content-Length", "If-Match", "If-None-Match", "x"]
)


@settings(max_examples=80, deadline=None, suppress_health_check=HEALTH)
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
    fields=st.dictionaries(FIELD, st.text(), max_size=4),
    raw=st.binary(max_size=20),
)
def test_any_form_in_the_alternate_syntax_is_answered(
    store: FlaskClient, store_app: Flask, method: str, fields: dict[str, str], raw: bytes
) -> None:
    store_app.config["PROPAGATE_EXCEPTIONS"] = True
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    address = f"/xapi/statements?method={method}"
    assert store.post(address, data=clean).status_code in {200, 304, 400, 405}
    answer = store.post(address, data=raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {200, 400, 405}


@settings(max_examples=80, deadline=None, suppress_health_check=HEALTH)
@given(head=st.binary(max_size=30), content=st.binary(max_size=30), boundary=st.text(max_size=5))
def test_any_parts_are_answered(
    store: FlaskClient, store_app: Flask, head: bytes, content: bytes, boundary: str
) -> None:
    store_app.config["PROPAGATE_EXCEPTIONS"] = True
    raw = b"--x\r\n" + head + b"\r\n\r\n" + content + b"\r\n--x--"
    for kind in ("multipart/mixed; boundary=x", f"multipart/mixed; boundary={boundary!a}"):
        assert store.post("/xapi/statements", data=raw, content_type=kind).status_code == 400
