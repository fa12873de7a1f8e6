"""A limit on how long a whole HTTP answer may take, which requests does not have.

The time limit of requests holds for each read from the socket, so a server that sends one byte now and then
keeps its caller for ever.
"""

import http.client
import io
import socket
import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class DeadlineAdapter(HTTPAdapter):
    """An adapter whose read timeout, in seconds, holds for a whole answer, from status line to last byte."""

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,  # noqa: FBT001 - the signature is that of requests
        proxies: Mapping[str, str] | None = None,
        cert: Any = None,
    ) -> Any:
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        if not issubclass(pool.ConnectionCls, _DeadlineConnection):
            pool.ConnectionCls = type("DeadlineConnection", (_DeadlineConnection, pool.ConnectionCls), {})
        return pool


class AnswerTooLongError(OSError):
    """The other side sent more bytes than it may."""


class DeadlineResponse(http.client.HTTPResponse):
    """An answer that must be whole before the socket's timeout, and in `most` bytes as they are sent.

    http.client sets no limit on a line of chunked framing, so counting what is unpacked is not enough.
    """

    def __init__(self, sock: socket.socket, *args: Any, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(_DeadlineSocket(sock, most), *args, **kwargs)  # type: ignore[arg-type]


class _DeadlineConnection:
    """Mixed into the connection class of a pool, for which http.client makes the response."""

    response_class = DeadlineResponse


class _DeadlineSocket:
    """The one method of a socket that http.client's response uses."""

    def __init__(self, sock: socket.socket, most: int | None) -> None:
        self._sock = sock
        self._most = most

    def makefile(self, mode: str) -> io.BufferedReader:
        del mode  # always "rb"
        return io.BufferedReader(_DeadlineReader(self._sock, self._most))


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket until the time limit that the socket had at the start is used up."""

    def __init__(self, sock: socket.socket, most: int | None) -> None:
        self._sock = sock
        self._most = most
        # Its own file object keeps the socket open for as long as the answer is read, as http.client expects.
        self._raw = sock.makefile("rb", buffering=0)
        limit = sock.gettimeout()
        self._ends = None if limit is None else time.monotonic() + limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._ends is not None:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self._sock.settimeout(left)
        count = self._raw.readinto(buffer)
        if self._most is not None and count:
            self._most -= count
            if self._most < 0:
                raise AnswerTooLongError("the answer is too long")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
