"""Times as services exchange them (RFC 3339), and as pages show them."""

import re
from datetime import UTC, datetime

# datetime.fromisoformat takes more than RFC 3339 does: week dates, no offset, a lone date.
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def parse_moment(value: str) -> datetime | None:
    if not RFC3339.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        return None


def in_words(value: str) -> str:
    """A time for a page, or the text as it came when it is no time."""
    moment = parse_moment(value)
    if moment is None:
        return value
    try:
        universal = moment.astimezone(UTC)
    except OverflowError:  # at the very ends of the calendar
        return value
    return f"{universal.day} {universal:%b %Y, %H:%M:%S} UTC"
