"""Reading JSON and its values from outside. Every check raises Refusal with the answer to give."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from lti_tool.demo.lms.moments import parse_moment

MOST_TEXT = 5000
MOST_NUMBER, LEAST_POSITIVE = 1e9, 1e-6  # so that no score, however odd, scales to infinity


class Refusal(Exception):  # noqa: N818  it is an answer, not a fault
    """A request that a service turns down: the status, a code and words for whoever debugs the tool."""

    def __init__(
        self, status: int, error: str, description: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.headers = dict(headers or {})


def bad(description: str) -> Refusal:
    return Refusal(400, "invalid_request", description)


def parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise bad("the body is not JSON") from error
    if not isinstance(value, dict):
        raise bad("the body is not a JSON object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def text(source: Mapping[str, Any], name: str, *, required: bool = False) -> str | None:
    value = source.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or (required and not value.strip()):
        raise bad(f"{name} must be a {'non-empty ' if required else ''}string")
    if len(value) > MOST_TEXT:
        raise bad(f"{name} is longer than {MOST_TEXT} characters")
    if not is_unicode(value):
        raise bad(f"{name} is not valid Unicode")
    return value


def is_unicode(value: str) -> bool:
    """JSON can smuggle in lone surrogates, which no page can show."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def number(source: Mapping[str, Any], name: str, *, required: bool = False) -> float | None:
    value = source.get(name)
    if value is None and not required:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad(f"{name} must be a number")
    if not 0 <= value <= MOST_NUMBER:
        raise bad(f"{name} must be between 0 and {MOST_NUMBER:.0f}")
    return value


def positive(source: Mapping[str, Any], name: str, *, required: bool = False) -> float | None:
    value = number(source, name, required=required)
    if value is not None and value < LEAST_POSITIVE:
        raise bad(f"{name} must be greater than 0")
    return value


def moment(source: Mapping[str, Any], name: str, *, required: bool = False) -> datetime | None:
    value = text(source, name, required=required)
    if value is None:
        return None
    parsed = parse_moment(value)
    if parsed is None:
        raise bad(f"{name} must be an RFC 3339 date and time with an offset")
    return parsed
