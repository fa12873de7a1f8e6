"""What the server makes of requests: limits of size, pipelining, half-closed connections, long headers."""

import socket

import pytest
from flask import Flask, Response, request

from lti_tool.serving import bodies
from lti_tool.web.bodies import LARGEST_FORM_REQUEST
from tests.servers import serving

CHUNK = b"10000\r\n" + b"a" * 65536 + b"\r\n"


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM_REQUEST

    @app.post("/length")
    def length() -> str:
        return str(len(request.get_data()))

    @app.get("/seen")
    def seen() -> dict[str, str]:
        return dict(request.headers)

    @app.get("/pieces")
    def pieces() -> Response:
        return Response(iter([b"y" * 700_000] * 3))

    return app


def answer_to(address: str, sent: bytes, *, half_close: bool = False) -> bytes:
    """All that comes back until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=60) as connection:
        connection.sendall(sent)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as file:
            return file.read()


def head(request_line: str, *more: str) -> bytes:
    return "\r\n".join([f"{request_line} HTTP/1.1", "Host: localhost", *more, "", ""]).encode()


def test_a_body_in_chunks_is_one_body(app: Flask) -> None:
    sent = head("POST /length", "Transfer-Encoding: chunked", "Connection: close")
    with serving(app) as address:
        answer = answer_to(address, sent + CHUNK * 3 + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"196608" in answer


@pytest.mark.parametrize("over", [1, 4 * 1024 * 1024])
def test_a_body_over_the_limit_is_read_on_so_that_its_sender_gets_the_answer(app: Flask, over: int) -> None:
    size = LARGEST_FORM_REQUEST + over
    with serving(app) as address:
        answer = answer_to(address, head("POST /length", f"Content-Length: {size}") + b"a" * size)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in answer


def test_chunks_over_the_limit_are_too_large(app: Flask) -> None:
    with serving(app) as address:
        answer = answer_to(
            address, head("POST /length", "Transfer-Encoding: chunked") + CHUNK * 20 + b"0\r\n\r\n"
        )
    assert answer.startswith(b"HTTP/1.1 413")


def test_large_bodies_share_a_space(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is refused for now; afterwards the space is free again."""
    monkeypatch.setattr(bodies, "_LARGE", 100_000)
    monkeypatch.setattr(bodies, "_LARGE_AT_ONCE", 300_000)
    sent = [
        head("POST /length", f"Content-Length: {n}", "Connection: close") + b"a" * n
        for n in (290_000, 310_000)
    ]
    with serving(app) as address:
        statuses = [answer_to(address, sent[which])[9:12] for which in (0, 1, 0, 0)]
    assert statuses == [b"200", b"503", b"200", b"200"]


def test_requests_sent_together_are_answered_in_order(app: Flask) -> None:
    posts = [head("POST /length", f"Content-Length: {n}") + b"a" * n for n in (3, 70_000, 0, 7)]
    last = head("GET /seen", "Connection: close")
    with serving(app) as address:
        answer = answer_to(address, b"".join([*posts, last]))
    bodies_of = [part.partition(b"\r\n\r\n")[2] for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies_of[:4] == [b"3", b"70000", b"0", b"7"]


def test_a_client_may_end_its_half_of_the_connection(app: Flask) -> None:
    with serving(app) as address:
        answer = answer_to(address, head("GET /pieces"), half_close=True)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.partition(b"\r\n\r\n")[2].count(b"y") == 2_100_000


def test_a_body_that_breaks_off_reaches_nobody(app: Flask) -> None:
    reached: list[str] = []
    app.before_request(lambda: reached.append(request.path))
    with serving(app) as address:
        sent = head("POST /length", "Content-Length: 100") + b"half"
        assert answer_to(address, sent, half_close=True) == b""
        assert reached == []
        assert answer_to(address, head("POST /length", "Content-Length: 4") + b"half", half_close=True)
    assert reached == ["/length"]


@pytest.mark.parametrize("size", [70_000, 500_000])
def test_headers_have_a_limit(app: Flask, size: int) -> None:
    """Whether they end or not."""
    with serving(app) as address:
        for end in ("", "\r\n\r\n"):
            line = f"GET /seen HTTP/1.1\r\nHost: localhost\r\nX-Long: {'a' * size}{end}".encode()
            try:
                assert answer_to(address, line).startswith(b"HTTP/1.1 431")
            except ConnectionResetError:
                assert size > 256 * 1024  # more was on its way when the server ended it


def test_a_header_with_an_underscore_does_not_pass_for_another(app: Flask) -> None:
    with serving(app) as address:
        sent = head("GET /seen", "X_Forwarded_For: 1", "Cookie: a=1", "Cookie: b=2", "Connection: close")
        answer = answer_to(address, sent)
    assert b"Forwarded" not in answer
    assert b"a=1; b=2" in answer
