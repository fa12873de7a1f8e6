"""How much the store takes at once, by which settings, and what it says of more."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.core.errors import SettingsError
from lti_tool.settings import Settings, load_settings
from tests.servers import serving

Sample = Callable[..., dict[str, Any]]
Ids = Callable[..., list[str]]
Answer = tuple[int, dict[str, Any]]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"records_most_bytes": 70_000, "records_most_statements": 20})


@pytest.fixture
def in_chunks(store_app: Flask, authorization: Callable[..., str]) -> Iterator[Callable[..., Answer]]:
    """Sends a body over HTTP without saying how long it is."""
    credentials = authorization()
    with serving(store_app) as address:

        def send(body: bytes, *, path: str = "/xapi/statements", kind: str = "application/json") -> Answer:
            line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
            headers = {
                "Authorization": credentials,
                "X-Experience-API-Version": "1.0.3",
                "Content-Type": kind,
                "Transfer-Encoding": "chunked",
            }
            pieces = (body[start : start + 9_000] for start in range(0, len(body), 9_000))
            line.request("POST", path, body=pieces, headers=headers, encode_chunked=True)
            answer = line.getresponse()
            found = answer.status, json.loads(answer.read())
            line.close()
            return found

        yield send


def padded(sample: Sample, size: int) -> bytes:
    """A statement of exactly so many bytes."""
    room = size - len(json.dumps(sample(result={"response": ""})))
    return json.dumps(sample(result={"response": "x" * room})).encode()


def test_a_body_in_chunks_beyond_the_limit_is_too_large(
    in_chunks: Callable[..., Answer], sample: Sample, ids: Ids
) -> None:
    parted = b"--x\r\nContent-Type: application/json\r\n\r\n" + padded(sample, 69_980) + b"\r\n--x--"
    for too_large in (
        {"body": padded(sample, 70_001)},
        {"body": padded(sample, 700_000)},
        {"body": parted, "kind": "multipart/mixed; boundary=x"},
        {"body": b"content=" + b"x" * 70_000, "path": "/xapi/statements?method=POST", "kind": FORM},
    ):
        status, refusal = in_chunks(**too_large)
        assert (status, refusal["error"]) == (413, "too_large")
        assert "70,000 bytes" in refusal["message"]
    assert ids() == []
    assert in_chunks(padded(sample, 70_000))[0] == 200


def test_a_body_of_known_length_beyond_the_limit_is_too_large(store: FlaskClient, sample: Sample) -> None:
    for size, status in ((70_001, 413), (70_000, 200)):
        answer = store.post("/xapi/statements", data=padded(sample, size), content_type="application/json")
        assert answer.status_code == status


def test_more_statements_than_the_limit_are_too_many(store: FlaskClient, sample: Sample, ids: Ids) -> None:
    fits = [sample() for _ in range(20)]
    refused = store.post("/xapi/statements", json=[*fits, sample()])
    assert refused.status_code == 413
    assert refused.get_json()["error"] == "too_large"
    assert "20 statements" in refused.get_json()["message"]
    assert ids() == []
    assert store.post("/xapi/statements", json=fits).status_code == 200


def test_the_limits_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_SECRET_KEY", "0Rk3vTz8Qm1XcJ5pWy7LhB2nGd9FsAe4")
    monkeypatch.setenv("SEGUE_RECORDS_MOST_BYTES", "2000000")
    monkeypatch.setenv("SEGUE_RECORDS_MOST_STATEMENTS", "1000")
    assert load_settings().records_most_bytes == 2_000_000
    assert load_settings().records_most_statements == 1000
    monkeypatch.setenv("SEGUE_RECORDS_MOST_BYTES", "10")
    with pytest.raises(SettingsError, match="records_most_bytes"):
        load_settings()
