"""How large a request's body may be, and how long it may take to arrive."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """The limits of one route."""

    size: int
    """Bytes."""
    seconds: float
    """From the end of the headers to the end of the body."""


FindLimits = Callable[[str, str], BodyLimits]
"""Gives the limits for a method and a path."""
