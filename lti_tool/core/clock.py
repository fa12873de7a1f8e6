"""The time, always aware and in UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)


def now() -> datetime:
    """The current moment in UTC, or the one that `at` tells."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Tell everything inside the block that it is `moment`: for content that is loaded afterwards."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
