"""Moments as the store keeps them: whole microseconds since 1970, in UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_seq(moment: datetime) -> int:
    return (moment - EPOCH) // _MICROSECOND


def to_datetime(seq: int) -> datetime:
    return EPOCH + seq * _MICROSECOND


def to_text(seq: int) -> str:
    """RFC 3339 in UTC with all six digits, so that a client's `since` names exactly this moment."""
    return utc_text(to_datetime(seq))


def utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
