"""Fetching JSON from addresses that others gave us: short, small, without redirects or surprises."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

import requests

_CONNECT_AND_READ = (3.05, 5.0)
_DEADLINE = 8.0
_CHUNK = 16 * 1024
_USER_AGENT = "Segue (LTI 1.3 tool)"  # some hosts refuse requests without one


class OutboundError(Exception):
    """The other side could not be read. The text is a short reason, never an address or a body."""


def check_address(url: str, *, https_only: bool) -> None:
    """Raises OutboundError unless it is http(s) (https alone where told), with a host and no user."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise OutboundError("not an address") from None
    allowed = {"https"} if https_only else {"https", "http"}
    if parts.scheme not in allowed or not parts.hostname or parts.username is not None or not port_is_fine:
        raise OutboundError("not an address that may be asked")


def fetch_json(url: str, *, https_only: bool, largest: int) -> Any:
    """GET a JSON document of at most `largest` bytes within 8 s. Raises OutboundError.

    Blocks, so never call it inside a transaction.
    """
    check_address(url, https_only=https_only)
    deadline = time.monotonic() + _DEADLINE
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy and no .netrc may change where this goes
            with session.get(
                url,
                headers={"User-Agent": _USER_AGENT, "Accept": "application/json"},
                timeout=_CONNECT_AND_READ,
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code != requests.codes.ok:
                    raise OutboundError(f"answered {answer.status_code}")
                body = b""
                for chunk in answer.iter_content(_CHUNK):
                    body += chunk
                    if len(body) > largest:
                        raise OutboundError("too large")
                    if time.monotonic() > deadline:
                        raise OutboundError("too slow")
    except requests.RequestException as error:
        raise OutboundError(type(error).__name__) from None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise OutboundError("not JSON") from None
