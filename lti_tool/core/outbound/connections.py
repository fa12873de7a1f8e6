"""Connections of urllib3 that go to places looked up before, whatever their host's name says by now."""

import functools
import socket
import time
from collections.abc import Sequence
from ssl import SSLContext
from typing import Any

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from lti_tool.core.outbound.addresses import Address, OutboundError
from lti_tool.core.outbound.resolving import Place
from xapi.deadline import DeadlineResponse

_CONNECT = 3.05
_MOST_PLACES = 4
_LARGEST_FRAME = 64 * 1024
"""Room for headers and chunk sizes beside the body."""


def open_connection(
    address: Address, places: Sequence[Place], *, ends: float, largest: int
) -> HTTPConnection:
    """Connected, and over https with the certificate checked for the host's name."""
    pinned: dict[str, Any] = {"places": places, "ends": ends}
    connection: HTTPConnection = (
        _PinnedHttps(address.host, address.port, ssl_context=trust(), **pinned)
        if address.scheme == "https"
        else _PinnedHttp(address.host, address.port, **pinned)
    )
    limited: Any = functools.partial(DeadlineResponse, most=largest + _LARGEST_FRAME)
    connection.response_class = limited
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    return connection


def left(ends: float) -> float:
    """The seconds that are left. Raises OutboundError when none are."""
    seconds = ends - time.monotonic()
    if seconds <= 0:
        raise OutboundError("timeout")
    return seconds


@functools.cache
def trust() -> SSLContext:
    """Certificates are required, and must name the host; the authorities are those of requests."""
    context = create_urllib3_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


class _Pinned:
    """Mixed into urllib3's connections. Their host stays the name, for Host, SNI and the certificate."""

    def __init__(self, host: str, port: int, *, places: Sequence[Place], ends: float, **options: Any) -> None:
        super().__init__(host, port, **options)  # type: ignore[call-arg]  # object's, as far as mypy sees
        self._places = places[:_MOST_PLACES]
        self._ends = ends

    def _new_conn(self) -> socket.socket:
        """The first place that takes us. What follows, TLS first, has the time that is left."""
        problem: OSError | None = None
        for place in self._places:
            sock = socket.socket(place.family, socket.SOCK_STREAM)
            try:
                sock.settimeout(min(_CONNECT, left(self._ends)))
                sock.connect(place.sockaddr)
                sock.settimeout(left(self._ends))
            except OSError as error:
                sock.close()
                problem = error
            except OutboundError:
                sock.close()
                raise
            else:
                return sock
        raise problem or OSError("nowhere to connect to")


class _PinnedHttp(_Pinned, HTTPConnection):
    pass


class _PinnedHttps(_Pinned, HTTPSConnection):
    pass
