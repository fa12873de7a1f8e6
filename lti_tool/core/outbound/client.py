"""One request to somebody else's server, with every limit that keeps it from harming us."""

import json
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError

from lti_tool.core.outbound.addresses import OutboundError, Policy, read_address
from lti_tool.core.outbound.connections import left, open_connection
from lti_tool.core.outbound.resolving import resolve
from xapi.deadline import AnswerTooLongError

_DEADLINE = 8.0
_LOOK_UP = 3.0
_CHUNK = 16 * 1024
_REDIRECTS = range(300, 400)
_USER_AGENT = "Segue (LTI 1.3 tool)"  # some hosts refuse requests without one
# A body that is not compressed can't swell on arrival. Where one comes compressed all the same, urllib3
# unpacks it piece by piece.
_ALWAYS = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OutboundClient:
    """Asks addresses that others gave us, within a policy.

    The host is looked up once, and the connection goes to what was looked up and checked. No proxy, no
    credential from the environment, no redirect. From the look-up to the last byte it takes 8 s at most.
    Blocks, so never use it inside a transaction.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def request(
        self,
        method: str,
        url: str,
        *,
        largest: int,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The answer, whatever its status unless it redirects; `largest` is its body's, unpacked.

        Raises OutboundError.
        """
        address = read_address(url, self._policy)
        ends = time.monotonic() + _DEADLINE
        places = resolve(address.host, address.port, seconds=_LOOK_UP, public_only=self._policy.public_only)
        try:
            with closing(open_connection(address, places, ends=ends, largest=largest)) as connection:
                connection.timeout = left(ends)
                connection.sock.settimeout(connection.timeout)
                connection.request(
                    method,
                    address.target,
                    body=body,
                    headers={**(headers or {}), **_ALWAYS},
                    preload_content=False,
                )
                return _answer(connection, ends, largest)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise OutboundError(_reason(error)) from None

    def fetch_json(self, url: str, *, largest: int, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON document at this address, of at most `largest` bytes. Raises OutboundError."""
        accepting = {"Accept": "application/json", **(headers or {})}
        answer = self.request("GET", url, largest=largest, headers=accepting)
        if answer.status != HTTPStatus.OK:
            raise OutboundError(f"answered {answer.status}")
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise OutboundError("not JSON") from None


def _answer(connection: HTTPConnection, ends: float, largest: int) -> Answer:
    connection.timeout = left(ends)
    with closing(connection.getresponse()) as response:
        if response.status in _REDIRECTS:
            raise OutboundError("redirected")
        return Answer(response.status, response.headers, _body(response, ends, largest))


def _body(response: BaseHTTPResponse, ends: float, largest: int) -> bytes:
    body = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > largest:
            raise OutboundError("too large")
        left(ends)
    return bytes(body)


def _reason(error: BaseException | None) -> str:
    """A word for what broke, from what caused it first: urllib3 wraps some errors and not others."""
    while error is not None:
        if isinstance(error, TimeoutError | Urllib3TimeoutError):
            return "timeout"
        if isinstance(error, AnswerTooLongError):
            return "too large"
        if isinstance(error, ssl.SSLError):
            return "tls"
        error = error.__cause__ or error.__context__
    return "connection"
