"""Reading a request's body before a thread is taken for it, within limits of size and time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO, RawIOBase
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestTimeout, ServiceUnavailable

from lti_tool.serving.limits import BodyLimits

Receive = Callable[[], Awaitable[Any]]

STALLED_AFTER: Final = 20.0
"""Seconds without a byte of a body, after which the rest is not waited for."""
_IN_MEMORY: Final = 64 * 1024
"""Bytes of one body that stay in memory; more goes to a temporary file."""
_THROWN_AWAY: Final = 8 * 1024 * 1024
"""Bytes beyond a limit that are read and thrown away, so that the sender gets to read the answer."""
_READ_ON_FOR: Final = 10.0
"""Seconds in which that is done."""
_LARGE: Final = 1024 * 1024
_LARGE_AT_ONCE: Final = 512 * 1024 * 1024
"""Bytes of all bodies above `_LARGE` that one process keeps while they arrive and are worked on."""


class SenderGoneError(Exception):
    """The connection ended before the body did: nobody waits for an answer."""


@dataclass(slots=True)
class Body:
    """A body as it was read: all of it, or a stream that raises why not."""

    stream: IO[bytes]
    size: int | None
    """Of a whole body."""
    kept: int = 0
    """What it takes of the process's space for large bodies."""


class _Refused(RawIOBase):
    """Raises the reason where a body is read, so each route says it in its own words."""

    def __init__(self, reason: HTTPException) -> None:
        self._reason = reason

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> int:
        raise self._reason


class BodyReader:
    """Reads the bodies of one process."""

    def __init__(self) -> None:
        self._kept = 0

    async def read(self, receive: Receive, declared: int | None, limits: BodyLimits) -> Body:
        """The body; `declared` is its Content-Length. Raises SenderGoneError where nobody waits."""
        pieces = _Pieces(receive, limits)
        if declared is not None and declared > limits.size:
            return await _too_large(pieces, declared - limits.size)
        body = Body(BytesIO(), 0)
        try:
            return await self._fill(body, pieces, limits)
        except BaseException:
            self.release(body)
            raise

    def release(self, body: Body) -> None:
        """The request is answered: its body's space is free again."""
        body.stream.close()
        self._kept -= body.kept
        body.kept = 0

    async def _fill(self, body: Body, pieces: "_Pieces", limits: BodyLimits) -> Body:
        size = 0
        try:
            while piece := await pieces.next():
                size += len(piece)
                if size > limits.size:
                    self.release(body)
                    return await _too_large(pieces, 0)
                if not self._make_room(body, size, len(piece)):
                    self.release(body)
                    return Body(_refused(ServiceUnavailable()), None)
                body.stream.write(piece)
        except TimeoutError:
            self.release(body)
            return Body(_refused(RequestTimeout()), None)
        body.stream.seek(0)
        body.size = size
        return body

    def _make_room(self, body: Body, size: int, more: int) -> bool:
        if size > _IN_MEMORY and isinstance(body.stream, BytesIO):
            file: Any = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by `release`
            file.write(body.stream.getvalue())
            body.stream = file
        if size > _LARGE:
            wanted = size if not body.kept else more
            if self._kept + wanted > _LARGE_AT_ONCE:
                return False
            self._kept += wanted
            body.kept += wanted
        return True


class _Pieces:
    """A body's pieces as they arrive, until its time is over."""

    def __init__(self, receive: Receive, limits: BodyLimits) -> None:
        self._receive, self._more = receive, True
        self._clock = asyncio.get_running_loop().time
        self._until = self._clock() + limits.seconds

    def end_within(self, seconds: float) -> None:
        self._until = min(self._until, self._clock() + seconds)

    async def next(self) -> bytes:
        """The next piece; nothing at the end. Raises TimeoutError where it does not come in time."""
        while self._more:
            async with asyncio.timeout_at(min(self._until, self._clock() + STALLED_AFTER)):
                message = await self._receive()
            if message["type"] == "http.disconnect":
                raise SenderGoneError
            self._more = message.get("more_body", False)
            if piece := message.get("body", b""):
                return bytes(piece)
        return b""


async def _too_large(pieces: _Pieces, beyond: int) -> Body:
    """Read on for a while: a sender whose connection ends while it sends sees no answer."""
    if beyond <= _THROWN_AWAY:
        read = 0
        pieces.end_within(_READ_ON_FOR)
        try:
            while read <= _THROWN_AWAY + beyond and (piece := await pieces.next()):
                read += len(piece)
        except TimeoutError:
            pass
    return Body(_refused(RequestEntityTooLarge()), None)


def _refused(reason: HTTPException) -> IO[bytes]:
    stream: Any = _Refused(reason)
    return stream  # type: ignore[no-any-return]
