"""A WSGI application as an ASGI one.

The event loop reads bodies and sends answers, for many connections at once. Threads only work on requests
that have arrived whole.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from lti_tool.serving.bodies import Body, BodyReader, Receive, SenderGoneError
from lti_tool.serving.limits import FindLimits

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LARGEST_HEAD: Final = 64 * 1024
"""Bytes of a request's address and headers."""
_PIECE: Final = 64 * 1024
_ANSWER_IN_MEMORY: Final = 1024 * 1024
_WITHOUT_PREFIX: Final = {"CONTENT_TYPE", "CONTENT_LENGTH"}


class InThreads:
    """Serves a WSGI application: `threads` requests at once, in the order in which they were read."""

    def __init__(self, application: WSGIApplication, find_limits: FindLimits, *, threads: int = 1) -> None:
        self._application, self._find_limits = application, find_limits
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._bodies = BodyReader()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if _head_size(scope) > LARGEST_HEAD:
            await _send_words(send, 431, b"The request's headers are too large.")
            return
        environ = _environ(scope)
        try:
            body = await self._read_body(environ, receive)
        except SenderGoneError:
            return
        try:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._threads, self._work, environ, body)
        finally:
            self._bodies.release(body)
        if body.size is None:  # what is left of it may be on its way
            answer.headers.append((b"connection", b"close"))
        with closing(answer):
            await answer.send(send)

    def close(self) -> None:
        """Take no more requests. The threads end once what they work on is done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _read_body(self, environ: dict[str, Any], receive: Receive) -> Body:
        declared, is_chunked = environ.get("CONTENT_LENGTH"), "HTTP_TRANSFER_ENCODING" in environ
        if not is_chunked and not int(declared or 0):
            return Body(BytesIO(), 0)
        limits = self._find_limits(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        return await self._bodies.read(receive, None if is_chunked else int(declared or 0), limits)

    def _work(self, environ: dict[str, Any], body: Body) -> "_Answer":
        environ["wsgi.input"] = body.stream
        if body.size is not None:
            environ["CONTENT_LENGTH"] = str(body.size)
        answer = _Answer()
        parts = self._application(environ, answer.start)
        try:
            answer.write(parts)
        except BaseException:
            answer.close()
            raise
        finally:
            if close := getattr(parts, "close", None):
                close()
        return answer


class _Answer:
    """An answer, whole: nobody who reads it slowly keeps a thread."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []
        self._content: bytes | IO[bytes] = b""

    def start(
        self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None
    ) -> Callable[..., None]:
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _write

    def write(self, parts: Iterable[bytes]) -> None:
        pieces = iter(parts)
        first = next(pieces, b"")
        second = next(pieces, None)
        if second is None and len(first) <= _ANSWER_IN_MEMORY:
            self._content = first
            return
        file: Any = SpooledTemporaryFile(max_size=_ANSWER_IN_MEMORY)  # noqa: SIM115  # closed by `close`
        self._content = file
        file.write(first)
        file.write(second or b"")
        for piece in pieces:
            file.write(piece)
        file.seek(0)

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for piece in self._pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _pieces(self) -> Iterator[bytes]:
        if isinstance(self._content, bytes):
            for start in range(0, len(self._content), _PIECE):
                yield self._content[start : start + _PIECE]
        else:
            while piece := self._content.read(_PIECE):
                yield piece

    def close(self) -> None:
        if not isinstance(self._content, bytes):
            self._content.close()


def _head_size(scope: dict[str, Any]) -> int:
    sizes = sum(len(name) + len(value) for name, value in scope["headers"])
    return sizes + len(scope["raw_path"]) + len(scope["query_string"])


def _environ(scope: dict[str, Any]) -> dict[str, Any]:
    """The request as WSGI (PEP 3333) has it, without its body."""
    host, port = scope.get("server") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope["headers"]:
        if b"_" in name:  # it would pass for the same name with a hyphen
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in _WITHOUT_PREFIX else f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    return environ


async def _send_words(send: Send, status: int, words: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})


def _write(_content: bytes) -> None:
    raise NotImplementedError("Answers are returned, not written.")
