"""Keyset pages: a place in an order, as it stands in an address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")

_LARGEST_BIGINT = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in an order by moment and id."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}_{self.id}"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the place after which the next ones come (None when these are the last)."""

    rows: Sequence[T]
    next: Place | None


def read_place(text: str | None) -> Place | None:
    """The place in an address; None for none, and for one that somebody made up."""
    moment, _, row_id = (text or "").partition("_")
    try:
        return Place(_EPOCH + timedelta(microseconds=int(moment)), UUID(row_id))
    except (ValueError, OverflowError):
        return None


def read_position(text: str) -> int:
    """A row's number in an address. ValueError for one that no row can have; PostgreSQL has no larger one."""
    number = int(text)
    if not 0 <= number <= _LARGEST_BIGINT:
        raise ValueError
    return number
