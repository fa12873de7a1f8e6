"""Reading an address: once, and so strictly that no other parser can read it in another way."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from lti_tool.settings import Settings

_LONGEST = 4096
_PORTS = {"https": 443, "http": 80}
_PRINTABLE = re.compile(r"[!-\[\]-~]+")
"""ASCII without spaces, control characters (urlsplit drops some in silence) and the backslash."""
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
"""A host name in lower case, without a final dot. Its last label starts with a letter, so no way of
writing an IP address as a number (2130706433, 0x7f.1, 127.1) is one."""


class OutboundError(Exception):
    """The other side could not be asked. The text is a short reason, never an address or a body."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be asked. As it stands, what holds in production."""

    https_only: bool = True
    standard_port_only: bool = True
    public_only: bool = True


def policy_of(settings: Settings) -> Policy:
    """In development everything is on one machine: http, any port, private addresses."""
    strict = settings.env == "production"
    return Policy(https_only=strict, standard_port_only=strict, public_only=strict)


@dataclass(frozen=True, slots=True)
class Address:
    scheme: str
    host: str
    port: int
    target: str
    """Path and query, as they go into the request line."""


def read_address(url: str, policy: Policy) -> Address:
    """The parts of an address that the policy lets through. Raises OutboundError."""
    if len(url) > _LONGEST or not _PRINTABLE.fullmatch(url):
        raise OutboundError("not an address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutboundError("not an address") from None
    if parts.scheme not in ({"https"} if policy.https_only else _PORTS):
        raise OutboundError("not an https address" if policy.https_only else "not an http(s) address")
    if port is None:
        port = _PORTS[parts.scheme]
    if port == 0 or (policy.standard_port_only and port != _PORTS[parts.scheme]):
        raise OutboundError("a port that may not be asked")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, _host(parts), port, target)


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    bracketed = ":" in host
    shown = f"[{host}]" if bracketed else host
    plain = parts.netloc.lower() in {shown, f"{shown}:{parts.port}"}  # so nothing stands around it
    if not plain or not (_is_ip(host, bracketed=bracketed) or _NAME.fullmatch(host)):
        raise OutboundError("not a host that may be asked")
    return host


def _is_ip(host: str, *, bracketed: bool) -> bool:
    """Whether it is an IP address in its one usual form; a zone (%eth0) is none of others' business."""
    try:
        if bracketed:
            return IPv6Address(host).scope_id is None
        IPv4Address(host)
    except AddressValueError:
        return False
    return True
