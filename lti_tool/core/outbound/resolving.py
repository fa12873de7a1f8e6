"""From a host to the places to connect to: looked up once, in time, and all of them public."""

import queue
import socket
import threading
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, NamedTuple

from lti_tool.core.outbound.addresses import OutboundError

_AT_ONCE = threading.BoundedSemaphore(16)
"""A look-up can't be cut short, only left alone; this many may hang before the next ones wait."""

_CLOUD_SERVICES = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))
"""What some clouds answer a machine with about itself, on addresses that count as public."""
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_6TO4 = IPv6Network("2002::/16")
_NAT64 = IPv6Network("64:ff9b::/96")


class Place(NamedTuple):
    """Where to connect: what a socket takes."""

    family: int
    sockaddr: tuple[Any, ...]


def resolve(host: str, port: int, *, seconds: float, public_only: bool) -> Sequence[Place]:
    """Every place of this host, in the system's order.

    Raises OutboundError where one of several is not public: an honest host has no such mixture.
    """
    places = _look_up(host, port, seconds)
    if not places:
        raise OutboundError("name unknown")
    if public_only and not all(is_public(place.sockaddr[0]) for place in places):
        raise OutboundError("not a public address")
    return places


def is_public(text: str) -> bool:
    """Whether this IP address is anybody's on the internet, and so nothing inside our network."""
    ip = ip_address(text)
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:  # where the network has IPv6 alone, every IPv4 host is reached through it
            return is_public(str(IPv4Address(int(ip) & 0xFFFF_FFFF)))
        return ip in _GLOBAL_UNICAST and ip.is_global and ip not in _6TO4
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _CLOUD_SERVICES)


def _look_up(host: str, port: int, seconds: float) -> Sequence[Place]:
    if not _AT_ONCE.acquire(timeout=seconds):
        raise OutboundError("timeout")
    found: queue.SimpleQueue[Sequence[Place]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([Place(family, sockaddr) for family, _, _, _, sockaddr in answers])
        except (OSError, UnicodeError):
            found.put([])
        finally:
            _AT_ONCE.release()

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        return found.get(timeout=seconds)
    except queue.Empty:
        raise OutboundError("timeout") from None
