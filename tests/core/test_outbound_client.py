"""Servers that misbehave: each ends in a short reason, soon, and in little memory."""

import gzip
import select
import socket
import struct
import time
import tracemalloc
from typing import Any

import pytest

from lti_tool.core.outbound import OutboundClient, OutboundError, Policy
from tests.core.conftest import Behaviour, Canary, answering, behaving, read_request

LOCAL = OutboundClient(Policy(https_only=False, standard_port_only=False, public_only=False))
LARGEST = 10_000
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


def respond(body: bytes, *headers: bytes) -> bytes:
    length = b"Content-Length: %d" % len(body)
    return OK + b"\r\n".join((*headers, length, b"", body))


def drip(data: bytes) -> Behaviour:
    def behave(sock: socket.socket) -> None:
        read_request(sock)
        for one in data:
            sock.sendall(bytes([one]))
            if select.select([sock], [], [], 0.02)[0]:
                return  # the other side has hung up

    return behave


def endless(start: bytes, more: bytes) -> Behaviour:
    def behave(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(start)
        while True:
            sock.sendall(more)

    return behave


def reset(sock: socket.socket) -> None:
    read_request(sock)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(sock: socket.socket) -> None:
    sock.recv(65536)
    sock.recv(1)


def redirect_to(canary: Canary) -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\n\r\n" % canary.port


BOMB = gzip.compress(b"\0" * 50_000_000)  # 50 kB
GZIP = b"Content-Encoding: gzip"

BAD: dict[str, tuple[Behaviour, str]] = {
    "headers that drip": (drip(OK + b"X-Long: " + b"x" * 1000), "timeout"),
    "a body that drips": (drip(respond(b"x" * 1000)), "timeout"),
    "chunks that drip": (drip(OK + CHUNKED + b"1\r\nx\r\n" * 1000), "timeout"),
    "silence": (silence, "timeout"),
    "a body too large": (answering(respond(b"x" * (LARGEST + 1))), "too large"),
    "a body without end": (endless(OK + b"\r\n", b"x" * 65536), "too large"),
    "a length without end": (endless(OK + b"Content-Length: 10000000000\r\n\r\n", b"x" * 65536), "too large"),
    "a chunk size without end": (
        endless(OK + CHUNKED, b"0" * 65536),
        "connection|too large",
    ),
    "a trailer without end": (
        endless(OK + CHUNKED + b"0\r\n", b"x" * 65536),
        "connection|too large",
    ),
    "headers without end": (endless(OK, b"X-More: " + b"x" * 60_000 + b"\r\n"), "too large"),
    "one header without end": (endless(OK + b"X: ", b"x" * 65536), "connection|too large"),
    "a hundred and one headers": (answering(OK + b"X: y\r\n" * 101 + b"\r\n"), "connection"),
    "a continue without end": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "too large"),
    "a bomb": (answering(respond(BOMB, GZIP)), "too large"),
    "a bomb in chunks": (
        answering(
            OK + GZIP + b"\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BOMB) + BOMB + b"\r\n0\r\n\r\n"
        ),
        "too large",
    ),
    "a bomb in a bomb": (
        answering(respond(gzip.compress(BOMB), b"Content-Encoding: gzip, gzip")),
        "too large|connection",
    ),
    "gzip that is none": (answering(respond(b"no gzip", GZIP)), "connection"),
    "a reset": (reset, "connection"),
    "an end without a word": (read_request, "connection"),
    "a body cut short": (answering(OK + b"Content-Length: 100\r\n\r\nx"), "connection"),
    "something that is not HTTP": (answering(b"\x15\x03\x01\x00\x02\x02\x50" * 20), "connection"),
    "a status that is none": (answering(b"HTTP/1.1 abc OK\r\n\r\n"), "connection"),
    "two lengths": (answering(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), "connection"),
    "a chunk size that is none": (
        answering(OK + CHUNKED + b"secret\r\n"),
        "connection",
    ),
}


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.core.outbound.client._DEADLINE", 1.0)


@pytest.mark.parametrize("name", BAD)
def test_it_ends_soon_and_in_little_memory(name: str) -> None:
    behave, reason = BAD[name]
    with behaving(behave) as port:
        begun = time.monotonic()
        tracemalloc.start()
        with pytest.raises(OutboundError, match=f"^({reason})$"):
            LOCAL.request("GET", f"http://127.0.0.1:{port}/", largest=LARGEST)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert time.monotonic() - begun < 1.5
    assert most < 3_000_000


def test_a_redirect_is_not_followed(canary: Canary) -> None:
    with (
        behaving(answering(redirect_to(canary))) as port,
        pytest.raises(OutboundError, match=r"^redirected$"),
    ):
        LOCAL.request("GET", f"http://127.0.0.1:{port}/", largest=LARGEST)
    assert canary.connections() == 0


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OutboundError, match=r"^connection$"):
        LOCAL.request("GET", f"http://127.0.0.1:{port}/", largest=LARGEST)


def test_what_is_sent_and_what_comes_back() -> None:
    asked: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        asked.append(read_request(sock))
        sock.sendall(b"HTTP/1.1 201 Created\r\nLink: <x>; rel=next\r\nContent-Length: 2\r\n\r\n{}")

    with behaving(behave) as port:
        answer = LOCAL.request(
            "POST",
            f"http://127.0.0.1:{port}/scores?a=b",
            largest=2,
            headers={"Authorization": "Bearer x"},
            body=b"{}",
        )
    assert (answer.status, answer.headers["link"], answer.body) == (201, "<x>; rel=next", b"{}")
    head, _, body = asked[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /scores?a=b HTTP/1.1"
    assert {f"Host: 127.0.0.1:{port}", "Authorization: Bearer x", "Accept-Encoding: identity"} < set(lines)
    assert "User-Agent: Segue (LTI 1.3 tool)" in lines
    assert body == b"{}"


def test_a_compressed_answer_of_the_right_size_is_read() -> None:
    with behaving(answering(respond(gzip.compress(b"[1]"), GZIP))) as port:
        assert LOCAL.fetch_json(f"http://127.0.0.1:{port}/", largest=3) == [1]


def test_a_header_with_a_line_break_is_not_sent() -> None:
    with behaving(answering(respond(b""))) as port, pytest.raises(OutboundError):
        LOCAL.request(
            "GET", f"http://127.0.0.1:{port}/", largest=1, headers={"Authorization": "Bearer x\r\nHost: y"}
        )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (respond(b"<html>"), "not JSON"),
        (respond(b"[" * 9000), "not JSON"),
        (respond(b"\xff"), "not JSON"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nsecret", "answered 404"),
    ],
)
def test_what_is_no_document(data: bytes, reason: str) -> None:
    with behaving(answering(data)) as port, pytest.raises(OutboundError, match=f"^{reason}$"):
        LOCAL.fetch_json(f"http://127.0.0.1:{port}/", largest=LARGEST)


def test_proxies_and_credentials_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, canary: Canary, tmp_path: Any
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    asked: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        asked.append(read_request(sock))
        sock.sendall(respond(b"[]"))

    with behaving(behave) as port:
        assert LOCAL.fetch_json(f"http://127.0.0.1:{port}/", largest=LARGEST) == []
    assert canary.connections() == 0
    assert b"Authorization" not in asked[0]


def test_the_next_address_is_tried_where_one_does_not_answer(
    names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names["lms.example"] = [["127.0.0.9", "127.0.0.1"]]
    real, gone = socket.socket.connect, []

    def connect(sock: socket.socket, where: Any) -> None:
        gone.append(where[0])
        if where[0] == "127.0.0.9":
            raise ConnectionRefusedError
        real(sock, where)

    monkeypatch.setattr(socket.socket, "connect", connect)
    with behaving(answering(respond(b"[]"))) as port:
        assert LOCAL.fetch_json(f"http://lms.example:{port}/", largest=LARGEST) == []
    assert gone == ["127.0.0.9", "127.0.0.1"]


def connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Where sockets go from now on; none gets anywhere."""
    gone: list[Any] = []

    def connect(_sock: socket.socket, where: Any) -> None:
        gone.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return gone


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_changes_its_mind_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, canary: Canary, scheme: str
) -> None:
    """DNS rebinding: public when it is checked, this machine when it is connected to."""
    look_ups = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(look_ups), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    gone = connects(monkeypatch)
    client = OutboundClient(Policy(https_only=False, standard_port_only=False))
    with pytest.raises(OutboundError, match=r"^connection$"):
        client.request("GET", f"{scheme}://lms.example:{canary.port}/", largest=LARGEST)
    assert asked == ["lms.example"]
    assert gone == [("93.184.215.14", canary.port)]
    assert canary.connections() == 0
