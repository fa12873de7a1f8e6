"""What differs between one LMS and another, as far as the tool acts on it: the shape of it.

Each LMS has its file beside this one, and `lms.py` chooses. Nothing else asks which LMS it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Claims = Mapping[str, Any]


def _as_they_are(claims: Claims) -> Claims:
    return claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How an LMS goes about what the specifications leave open, or does in its own way."""

    product: str
    """What people call it."""
    families: frozenset[str] = frozenset()
    """What it says of itself in `tool_platform.product_family_code`, in lower case."""
    hosts: tuple[str, ...] = ()
    """Hosts that it issues from or gives tokens at, with all below them; asked where it does not say."""
    token_audience: str | None = None
    """Who a request for a token is addressed to, where that is not the token address."""
    storage_frame: str | None = None
    """The frame that keeps data for tools, where login does not name it (LTI Client Side postMessages)."""
    one_client_for_many_institutions: bool = False
    """Its deployments are different institutions: nothing is taken from one into another."""
    standard: Callable[[Claims], Claims] = _as_they_are
    """Puts what it says in its own way where the specifications have it, in claims as they were signed."""
