"""Timestamps: RFC 3339, and for 1.0.x whatever else ISO 8601 has for a moment (xAPI 1.0.3, Data 4.5)."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

# RFC 3339, section 5.6, with a space for the T as its note allows, and with the shorter offsets of ISO 8601.
# -00:00 says that nobody knows the offset.
_ZONE: Final = r"(?:[Zz]|(?!-00:?(?:00)?\Z)[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?" + _ZONE
)
# ISO 8601:2004: dates of the calendar, of the year and of the week; times down to the hour, with a fraction
# of the last part; either all with hyphens and colons or all without.
_FRACTION: Final = r"(?:[.,](?P<fraction>[0-9]+))?"
_EXTENDED = re.compile(
    r"(?P<year>[0-9]{4})-(?:(?P<month>[0-9]{2})-(?P<day>[0-9]{2})|(?P<ordinal>[0-9]{3})"
    r"|W(?P<week>[0-9]{2})-(?P<weekday>[1-7]))"
    rf"[Tt ](?P<hour>[0-9]{{2}})(?::(?P<minute>[0-9]{{2}})(?::(?P<second>[0-9]{{2}}))?)?{_FRACTION}"
    rf"(?P<zone>{_ZONE})"
)
_BASIC = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?P<day>[0-9]{2})|(?P<ordinal>[0-9]{3})"
    r"|W(?P<week>[0-9]{2})(?P<weekday>[1-7]))"
    rf"[Tt](?P<hour>[0-9]{{2}})(?:(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})?)?{_FRACTION}(?P<zone>{_ZONE})"
)
_MICROSECONDS: Final = {"hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000}
# Further digits of a fraction, even of an hour, are beyond the microsecond.
_DIGITS: Final = 12
_MOST_SECONDS, _LAST_HOUR, _LEAP = 59, 24, 60


def parse_timestamp(text: str) -> datetime:
    """The instant that `text` names, in UTC; ValueError when it is no timestamp with a time zone.

    Refused are those without a zone, or with -00:00, which name no instant, and whatever lies outside the
    years 1 to 9999 in UTC, which a datetime cannot hold. What is finer than a microsecond is cut. A leap
    second is the second that follows it, as POSIX counts.
    """
    try:
        if _RFC_3339.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        found = _EXTENDED.fullmatch(text) or _BASIC.fullmatch(text)
        if found is None:
            raise ValueError("not a timestamp with a time zone")
        return _instant(found.groupdict())
    except OverflowError:
        raise ValueError("not a timestamp within the years 1 to 9999") from None


def is_timestamp(text: str) -> bool:
    try:
        parse_timestamp(text)
    except ValueError:
        return False
    return True


def is_rfc_3339(text: str) -> bool:
    """Whether it is a timestamp of RFC 3339, which has leap seconds."""
    return is_plain(text.replace(f":{_LEAP}", f":{_MOST_SECONDS}", 1)) and is_timestamp(text)


def is_plain(text: str) -> bool:
    """Whether it is spelled in the way that every reader of statements knows."""
    return _RFC_3339.fullmatch(text) is not None


def _instant(parts: dict[str, str | None]) -> datetime:
    zone = _zone(parts["zone"] or "")
    begin = datetime.combine(_day(parts), time(), zone)
    passed = _time_of_day(parts)
    found = (begin + passed).astimezone(UTC)
    if parts["second"] == str(_LEAP) and (found.hour, found.minute, found.day) != (0, 0, 1):
        raise ValueError("not a leap second: those end a month in UTC")
    return found


def _day(parts: dict[str, str | None]) -> date:
    year = int(parts["year"] or 0)
    if parts["week"]:
        return date.fromisocalendar(year, int(parts["week"]), int(parts["weekday"] or 0))
    if parts["ordinal"]:
        found = date(year, 1, 1) + timedelta(days=int(parts["ordinal"]) - 1)
        if found.year != year:
            raise ValueError("not a day of that year")
        return found
    return date(year, int(parts["month"] or 0), int(parts["day"] or 0))


def _time_of_day(parts: dict[str, str | None]) -> timedelta:
    hour, minute, second = (int(parts[name] or 0) for name in _MICROSECONDS)
    last = "second" if parts["second"] else "minute" if parts["minute"] else "hour"
    digits = (parts["fraction"] or "0")[:_DIGITS]
    fraction = int(digits) * _MICROSECONDS[last] // 10 ** len(digits)
    passed = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)
    if hour > _LAST_HOUR or minute > _MOST_SECONDS or second > _LEAP:
        raise ValueError("not a time of day")
    if hour == _LAST_HOUR and passed > timedelta(hours=_LAST_HOUR):
        raise ValueError("not a time of day: 24 is the day's end alone")
    return passed


def _zone(text: str) -> timezone:
    if text in {"Z", "z"}:
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if text[0] == "-" else offset)
