"""The client against a server on this machine that misbehaves on command."""

import base64
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from xapi.client import MAX_BODY_BYTES, RecordStoreClient, StoreUnreachable

SECRET = "pä:ss"
ID = "ccb0be40-c113-4ccf-ba27-e76945043e86"


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    client: tuple[str, int]


@dataclass
class Store:
    """A server whose next answers are `behave(handler)`; `ended` is set when the test is over."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    behave: Callable[[Any], None] = lambda handler: reply(handler, 204)


def reply(handler: Any, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def reply_json(handler: Any, value: object, **headers: str) -> None:
    reply(handler, 200, json.dumps(value).encode(), **headers)


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.requests.append(Request(self.command, self.path, headers, body, self.client_address))
            try:
                made.behave(self)
            except OSError:  # the client has hung up, as several tests want it to
                self.close_connection = True

        do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False  # so that closing the server waits for its threads
    made.url = f"http://127.0.0.1:{server.server_port}/xapi"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(store: Store) -> Iterator[RecordStoreClient]:
    with RecordStoreClient(store.url, "key", SECRET, timeout=(2, 5)) as made:
        yield made


@pytest.fixture
def hasty(store: Store) -> Iterator[RecordStoreClient]:
    """A client that gives a whole answer one second."""
    with RecordStoreClient(store.url, "key", SECRET, timeout=(2, 1)) as made:
        yield made


def test_statements_are_sent_unchanged_in_one_array(store: Store, client: RecordStoreClient) -> None:
    store.behave = lambda handler: reply_json(handler, [ID])
    answer = client.post_statements(['{"a": 1.50}', '{"b":"é"}'])
    assert (answer.status, answer.failure, answer.body) == (200, None, f'["{ID}"]')
    [sent] = store.requests
    assert (sent.method, sent.path) == ("POST", "/xapi/statements")
    assert sent.body == '[{"a": 1.50},{"b":"é"}]'.encode()
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["x-experience-api-version"] == "1.0.3"
    assert base64.b64decode(sent.headers["authorization"].removeprefix("Basic ")).decode() == f"key:{SECRET}"


def test_the_version_is_named_in_every_request(store: Store) -> None:
    store.behave = lambda handler: reply_json(handler, {"statements": []})
    with RecordStoreClient(store.url + "/", "key", SECRET, version="2.0.0") as client:
        client.query()
    assert store.requests[0].headers["x-experience-api-version"] == "2.0.0"
    assert store.requests[0].path == "/xapi/statements"


def test_the_connection_is_kept(store: Store, client: RecordStoreClient) -> None:
    store.behave = lambda handler: reply_json(handler, [])
    for _ in range(3):
        client.post_statements(["{}"])
    assert len({request.client for request in store.requests}) == 1


def test_an_empty_204_is_an_answer(client: RecordStoreClient) -> None:
    answer = client.post_statements(["{}"])
    assert (answer.status, answer.body, answer.failure) == (204, "", None)


def test_an_error_brings_its_text_and_its_wish_to_wait(store: Store, client: RecordStoreClient) -> None:
    store.behave = lambda handler: reply(handler, 503, b"\xff" + b"x" * 5000, Retry_After="7")
    answer = client.post_statements(["{}"])
    assert (answer.status, answer.retry_after, answer.failure) == (503, "7", None)
    assert answer.body == "\ufffd" + "x" * 1999


def test_a_login_page_is_no_delivery(store: Store, client: RecordStoreClient) -> None:
    store.behave = lambda handler: reply(handler, 200, b"<html>Sign in</html>")
    assert client.post_statements(["{}"]).failure == "unreadable"


def test_a_redirect_is_not_followed(store: Store, client: RecordStoreClient) -> None:
    store.behave = lambda handler: reply(handler, 307, Location="/elsewhere")
    answer = client.post_statements(["{}"])
    assert (answer.status, answer.failure) == (307, "redirect")
    assert len(store.requests) == 1


def test_a_huge_body_is_not_read(store: Store, client: RecordStoreClient) -> None:
    def flood(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.close_connection = True
        while not store.ended.is_set():
            handler.wfile.write(b"x" * 65_536)

    store.behave = flood
    answer = client.post_statements(["{}"])
    assert (answer.status, answer.failure, len(answer.body)) == (200, "too_large", 2000)


def test_a_body_of_the_size_allowed_is_read(store: Store, client: RecordStoreClient) -> None:
    body = b'["' + b"x" * (MAX_BODY_BYTES - 4) + b'"]'
    store.behave = lambda handler: reply(handler, 200, body)
    assert client.post_statements(["{}"]).failure is None


def test_silence_times_out(store: Store, hasty: RecordStoreClient) -> None:
    def behave(_: Any) -> None:
        store.ended.wait()

    store.behave = behave
    answer = hasty.post_statements(["{}"])
    assert (answer.status, answer.failure) == (None, "timeout")


def drip(store: Store, handler: Any, data: bytes) -> None:
    """Sends a byte every 50 ms, each well within the time limit of a read, for as long as the test runs."""
    handler.close_connection = True
    for index in range(len(data)):
        if store.ended.wait(0.05):
            return
        handler.wfile.write(data[index : index + 1])


def test_a_body_that_drips_times_out_as_a_whole(store: Store, hasty: RecordStoreClient) -> None:
    def behave(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        drip(store, handler, b"x" * 1000)

    store.behave = behave
    answer = hasty.post_statements(["{}"])
    assert (answer.status, answer.failure) == (200, "timeout")


def test_headers_that_drip_time_out_as_a_whole(store: Store, hasty: RecordStoreClient) -> None:
    store.behave = lambda handler: drip(store, handler, b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000)
    answer = hasty.post_statements(["{}"])
    assert (answer.status, answer.failure) == (None, "timeout")


def test_a_slow_answer_leaves_the_next_its_whole_time(store: Store, hasty: RecordStoreClient) -> None:
    def behave(handler: Any) -> None:
        store.ended.wait(0.4)
        reply_json(handler, [])

    store.behave = behave
    assert [hasty.post_statements(["{}"]).status for _ in range(3)] == [200, 200, 200]


def test_a_reset_connection(store: Store, client: RecordStoreClient) -> None:
    def reset(handler: Any) -> None:
        handler.close_connection = True
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    store.behave = reset
    answer = client.post_statements(["{}"])
    assert (answer.status, answer.failure) == (None, "connection")


def test_a_body_cut_short(store: Store, client: RecordStoreClient) -> None:
    def behave(handler: Any) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"[")

    store.behave = behave
    answer = client.post_statements(["{}"])
    assert (answer.status, answer.failure) == (200, "connection")


def test_something_that_is_not_http(store: Store, client: RecordStoreClient) -> None:
    def behave(handler: Any) -> None:
        handler.close_connection = True
        handler.wfile.write(b"SSH-2.0-x\r\n")

    store.behave = behave
    assert client.post_statements(["{}"]).failure == "connection"


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with RecordStoreClient(f"http://127.0.0.1:{port}/", "key", SECRET) as client:
            assert client.post_statements(["{}"]).failure == "connection"


def test_https_where_there_is_none(store: Store) -> None:
    with RecordStoreClient(store.url.replace("http:", "https:"), "key", SECRET) as client:
        assert client.post_statements(["{}"]).failure == "tls"


def test_the_environment_is_not_asked_for_proxies(
    store: Store, client: RecordStoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    monkeypatch.delenv("no_proxy", raising=False)
    assert client.post_statements(["{}"]).status == 204


def test_a_statement_is_fetched_by_its_id(store: Store, client: RecordStoreClient) -> None:
    store.behave = lambda handler: reply_json(handler, {"id": ID})
    assert client.get_statement(ID) == {"id": ID}
    assert store.requests[0].path == f"/xapi/statements?statementId={ID}"


@pytest.mark.parametrize(
    ("listed", "found"), [([{"id": ID}], {"id": ID}), ([], None), ([{"id": "another"}], None)]
)
def test_a_list_of_one_or_of_none_is_an_answer_too(
    store: Store, client: RecordStoreClient, listed: list[Any], found: object
) -> None:
    """As Ralph answers."""
    store.behave = lambda handler: reply_json(handler, {"statements": listed})
    assert client.get_statement(ID) == found


@pytest.mark.parametrize("listed", [{}, [1], "x"])
def test_a_list_that_is_none_is_unreadable(store: Store, client: RecordStoreClient, listed: object) -> None:
    store.behave = lambda handler: reply_json(handler, {"statements": listed})
    with pytest.raises(StoreUnreachable, match="unreadable"):
        client.get_statement(ID)


def test_a_voided_statement_is_fetched_too(store: Store, client: RecordStoreClient) -> None:
    def behave(handler: Any) -> None:
        if "voidedStatementId" in handler.path:
            reply_json(handler, {"id": ID})
        else:
            reply(handler, 404)

    store.behave = behave
    assert client.get_statement(ID) == {"id": ID}


@pytest.mark.parametrize("refusal", [404, 400])
def test_a_statement_that_the_store_lacks(store: Store, client: RecordStoreClient, refusal: int) -> None:
    store.behave = lambda handler: reply(handler, refusal if "voided" in handler.path else 404)
    assert client.get_statement(ID) is None


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (500, b"", "status 500"),
        (401, b"", "status 401"),
        (301, b"", "redirect"),
        (200, b"<html>", "unreadable"),
        (200, b"[]", "unreadable"),
        (200, b"[" * 100_000, "unreadable"),
        (200, b"x" * (MAX_BODY_BYTES + 1), "too_large"),
    ],
    ids=["500", "401", "redirect", "html", "list", "deep", "large"],
)
def test_trouble_with_reading_is_raised_without_address_or_password(
    store: Store, client: RecordStoreClient, status: int, body: bytes, failure: str
) -> None:
    store.behave = lambda handler: reply(handler, status, body)
    for read in (lambda: client.get_statement(ID), client.query):
        with pytest.raises(StoreUnreachable) as caught:
            read()
        assert caught.value.failure == failure
        assert "127.0.0.1" not in str(caught.value)
        assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_query_and_its_next_page(store: Store, client: RecordStoreClient) -> None:
    pages = {
        "/xapi/statements?limit=2&ascending=true&verb=https%3A%2F%2Ft.example%2Fv": {
            "statements": [{"id": "1"}],
            "more": "/other/more?cursor=2",
        },
        "/other/more?cursor=2": {"statements": [{"id": "2"}]},
    }
    store.behave = lambda handler: reply_json(
        handler, pages[handler.path], X_Experience_API_Consistent_Through="2026-11-23T10:00:00Z"
    )
    first = client.query(limit=2, ascending=True, verb="https://t.example/v")
    assert first.statements == [{"id": "1"}]
    assert first.consistent_through == "2026-11-23T10:00:00Z"
    second = client.follow(first.more)
    assert (second.statements, second.more) == ([{"id": "2"}], "")


@pytest.mark.parametrize("body", [{}, {"statements": {}}, {"statements": [1]}, []])
def test_a_page_of_the_wrong_shape(store: Store, client: RecordStoreClient, body: object) -> None:
    store.behave = lambda handler: reply_json(handler, body)
    with pytest.raises(StoreUnreachable, match="unreadable"):
        client.query()


@pytest.mark.parametrize(
    "more",
    [
        "http://localhost.example/xapi/more",
        "//localhost.example/xapi/more",
        "https://127.0.0.1/xapi/more",
        "http://127.0.0.1:1/xapi/more",
        "http://127.0.0.1@localhost.example/",
        "http://127.0.0.1\\@localhost.example/",
        "ftp://127.0.0.1/",
        "http://[::1/",
        "http://127.0.0.1:port/",
    ],
)
def test_credentials_never_follow_a_link_elsewhere(
    store: Store, client: RecordStoreClient, more: str
) -> None:
    with pytest.raises(StoreUnreachable, match="elsewhere"):
        client.follow(more)
    assert store.requests == []


def test_a_whole_address_that_leads_home_is_followed(store: Store, client: RecordStoreClient) -> None:
    store.behave = lambda handler: reply_json(handler, {"statements": []})
    home = store.url.removesuffix("/xapi")
    client.follow(home + "/more?a=1")
    assert [request.path for request in store.requests] == ["/more?a=1"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "lrs.example/xapi",
        "ftp://lrs.example/",
        "https:///xapi",
        "https://u:p@lrs.example/",
        "https://h:x/",
    ],
)
def test_an_endpoint_must_be_an_http_address(endpoint: str) -> None:
    with pytest.raises(ValueError, match=r"endpoint|[Pp]ort"):
        RecordStoreClient(endpoint, "key", SECRET)
