"""What to do with statements after a record store has answered: decisions only, no input or output."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus
from typing import Final

from xapi import vocabulary
from xapi.client import Answer
from xapi.reasons import in_known_words

# Small on purpose: some record stores take seconds for a hundred statements.
BATCH_SIZE: Final = 50
MAX_BATCH_BYTES: Final = 1_000_000

PAUSE_DELAY: Final = timedelta(minutes=5)
RETRY_CAP: Final = timedelta(minutes=15)
RETRY_AFTER_CAP: Final = timedelta(hours=1)
# From this attempt on, a batch that fails on the store's side is suspected of holding one poisonous
# statement.
SPLIT_AFTER: Final = 5
# So often a store may fail on one statement alone, and take others in between, before it is parked.
PARK_AFTER: Final = 5
# So many failures in a row, and the store itself is what fails.
OPEN_AFTER: Final = 3

_ONE_SECOND: Final = timedelta(seconds=1)
_SECONDS: Final = re.compile(r"[0-9]{1,9}").fullmatch

_ACCEPTED = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})
# These tell of the address or the credentials, not of the statements.
_MISCONFIGURED = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
    }
)
# The rest of the failures ("redirect", "tls", "too_large", "unreadable") stay until a person has seen to
# them.
_PASSING_FAILURES = frozenset({"timeout", "connection", "request"})
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class Kind(Enum):
    """What to do next with a batch."""

    DELIVERED = "delivered"
    SPLIT = "split"  # post the two halves separately, at once
    COMPARE = "compare"  # fetch the stored statement and compare it with this one
    PARK = "park"  # stop sending this statement; a person looks at it
    PAUSE = "pause"  # stop sending to this record store for a while; counts as no attempt
    RETRY = "retry"
    SUSPECT = "suspect"  # where the store is well otherwise the batch is: split it; else RETRY


@dataclass(frozen=True, slots=True)
class Decision:
    """`delay` is the wait of PAUSE, RETRY and SUSPECT; `reason` is plain English for the operator.

    It quotes nothing of the statements, whatever the store echoed.
    """

    kind: Kind
    delay: timedelta | None
    reason: str
    rest: timedelta | None = None
    """How long at least to leave the whole store alone: it asks for it, refuses us or can't be reached."""


def decide(
    answer: Answer, *, statements: Sequence[str], attempts: int, now: datetime, jitter: float
) -> Decision:
    """What to do with a batch of statements, by their JSON texts, that met with `answer`.

    `attempts` counts how often it has been sent in vain before, `now` is aware, and `jitter` is a random
    number from 0 to 1. Nothing is given up because of its age or of the store's failures: parked is only a
    single statement that the store refuses. A statement that went twice does no harm, since its id is fixed.
    """
    kind = _kind(answer, single=len(statements) == 1)
    if answer.status == HTTPStatus.FORBIDDEN and any(map(_is_void, statements)):
        # To write and to void are two rights: it may be the voids alone that are refused.
        delay = back_off(attempts, jitter)
        return Decision(Kind.SUSPECT, delay, _reason(answer, statements), rest=PAUSE_DELAY)
    if kind is Kind.DELIVERED:
        return Decision(kind, None, "taken")
    reason = _reason(answer, statements)
    if kind is Kind.PAUSE:
        return Decision(kind, PAUSE_DELAY, reason, rest=PAUSE_DELAY)
    if kind is not Kind.RETRY:
        return Decision(kind, None, reason)
    asked = _retry_after(answer.retry_after, now)
    too_often = attempts >= SPLIT_AFTER and answer.status not in _PASSING
    if asked is not None:
        # With a 503 the store speaks of itself (RFC 9110, 15.6.4); others may say it for one statement.
        suspect = too_often and answer.status != HTTPStatus.SERVICE_UNAVAILABLE
        delay = max(_ONE_SECOND, min(asked, RETRY_AFTER_CAP))
        return Decision(Kind.SUSPECT if suspect else kind, delay, reason, rest=delay)
    return Decision(
        Kind.SUSPECT if too_often else Kind.RETRY,
        back_off(attempts, jitter),
        reason,
        rest=_ONE_SECOND if answer.status is None else None,
    )


def back_off(failures: int, jitter: float) -> timedelta:
    """Full jitter, 0 to 1, under a limit that doubles from one second up to 15 minutes; at least 1 s."""
    # Ten doublings pass the cap, and 2 to the power of a great many attempts is no timedelta.
    limit = min(RETRY_CAP, timedelta(seconds=2 ** min(failures, 10)))
    return max(_ONE_SECOND, limit * jitter)


def _is_void(statement: str) -> bool:
    verb = json.loads(statement).get("verb", {})
    return bool(verb.get("id") == vocabulary.VOIDED.id)


def _kind(answer: Answer, *, single: bool) -> Kind:
    status = answer.status
    if status is None or status < HTTPStatus.BAD_REQUEST:
        return _kind_without_refusal(answer)
    if status in _MISCONFIGURED:
        return Kind.PAUSE
    if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Kind.RETRY
    if not single:
        return Kind.SPLIT
    return Kind.COMPARE if status == HTTPStatus.CONFLICT else Kind.PARK


def _kind_without_refusal(answer: Answer) -> Kind:
    if answer.failure in _PASSING_FAILURES:
        return Kind.RETRY
    if answer.failure is None and answer.status in _ACCEPTED:
        return Kind.DELIVERED
    return Kind.PAUSE


def _reason(answer: Answer, statements: Sequence[str]) -> str:
    said = in_known_words(answer.body, statements)
    told = "no answer" if answer.status is None else f"answered {answer.status}"
    if answer.failure is not None:
        told += f" ({answer.failure})"
    return f"{told}: {said}" if said else told


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for (RFC 9110, 10.2.3); None when it is missing or garbled."""
    if value is None:
        return None
    if _SECONDS(value.strip()):
        return timedelta(seconds=int(value))
    try:
        moment = parsedate_to_datetime(value)
        # HTTP dates are in GMT, also where the parser takes the zone for unknown.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
