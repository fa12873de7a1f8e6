"""Connections that are patient with people and not with those who hold them open.

Uvicorn waits for ever for headers, and for whoever reads an answer; here each has its time.
"""

import asyncio
import socket
import struct
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from lti_tool.serving.application import LARGEST_HEAD

HEADERS_WITHIN: Final = 15.0
"""Seconds from a connection's beginning, or a request's first byte, to the end of its headers."""
READ_WITHIN: Final = 60.0
"""Seconds in which a reader must take some 48 KB of an answer, or what is left of it."""

_WITHOUT_LINGERING: Final = struct.pack("ii", 1, 0)


class TimedConnection(HttpToolsProtocol):
    """HTTP/1.1 on one connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._head_size = 0
        self._answered: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        self.pipeline.clear()
        if self._answered:  # Uvicorn tells the newest request alone, which may still wait behind this one.
            self._answered.disconnected = True
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and self._is_between_requests():
            self._expect_head()
        self._head_size += len(data)
        super().data_received(data)
        if self._head_timer and self._head_size > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(431, b"The request's headers are too large.")

    def on_headers_complete(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():  # what is left of the answer is still to be read
            self._expect_reading()

    def eof_received(self) -> bool:  # type: ignore[override]
        """A client that has sent its whole request may end its half of the connection and gets the answer."""
        if self.scheme == "https" or self._is_between_requests() or self.cycle.more_body:
            return False
        self.cycle.keep_alive = False
        return True

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._answer_timer and not self.transport.is_closing():
            self._answer_timer.cancel()
            self._answer_timer = None

    def timeout_keep_alive_handler(self) -> None:
        if self.transport.get_write_buffer_size():
            self._cut()
        else:
            super().timeout_keep_alive_handler()

    def _is_between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _expect_head(self) -> None:
        self._head_size = 0
        self._head_timer = self.loop.call_later(HEADERS_WITHIN, self._give_up_head)

    def _expect_reading(self) -> None:
        if self._answer_timer:
            self._answer_timer.cancel()
        self._answer_timer = self.loop.call_later(READ_WITHIN, self._cut)

    def _cut(self) -> None:
        """End it at once, with what the system still keeps for it."""
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _WITHOUT_LINGERING)
        self.transport.abort()

    def _give_up_head(self) -> None:
        if not self.transport.is_closing():
            self._refuse(408, b"The request's headers did not arrive in time.")

    def _refuse(self, status: int, words: bytes) -> None:
        head = b"content-type: text/plain\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(words)
        self.transport.write(STATUS_LINE[status] + head + words)
        self.transport.close()
        self._expect_reading()

    def _stop_timers(self) -> None:
        for timer in (self._head_timer, self._answer_timer):
            if timer:
                timer.cancel()
        self._head_timer = self._answer_timer = None
