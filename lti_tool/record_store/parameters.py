"""The parameters of a request for statements, checked as strictly as statements are (Data 2.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import parse_qsl
from uuid import UUID

from lti_tool.record_store import moments
from lti_tool.record_store.decoding import decode_json
from lti_tool.record_store.errors import BadRequestError
from lti_tool.record_store.matching import identity, match_key
from xapi.validation import InvalidStatement, check_statement, formats
from xapi.validation.timestamps import parse_timestamp

MAX_LIMIT = 100
_SHAPE = frozenset({"format", "attachments"})
_LIST = _SHAPE | {
    *("agent", "verb", "activity", "registration", "related_activities", "related_agents"),
    *("since", "until", "limit", "ascending", "cursor"),
}
_NUMBER = re.compile(r"[0-9]{1,18}")

Format = Literal["ids", "exact", "canonical"]


@dataclass(frozen=True, slots=True)
class One:
    """A request for a single statement: one that is not voided, or one that is."""

    id: UUID
    voided: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A request for a page of statements, newest first unless `ascending`."""

    keys: tuple[str, ...]
    since: int | None
    until: int | None
    after: int | None
    """Where the previous page ended."""
    ascending: bool
    limit: int


@dataclass(frozen=True, slots=True)
class Query:
    """What to find, and how to show it."""

    target: One | Page
    format: Format
    attachments: bool


def read_parameters(query_string: bytes, *, allowed: Iterable[str]) -> dict[str, str]:
    """The parameters by name. BadRequestError for unknown and repeated ones and for text that isn't UTF-8."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=30
        )
    except ValueError:  # UnicodeError is one
        raise BadRequestError("The parameters are not percent-encoded UTF-8, or too many.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name == "method":
            raise BadRequestError("The parameter method is for a POST in the alternate request syntax alone.")
        if name not in allowed:
            raise BadRequestError(f"The parameter {name[:80]!r} is unknown here; names are case-sensitive.")
        if name in found:
            raise BadRequestError(f"The parameter {name} is given more than once.")
        found[name] = value
    return found


def read_query(query_string: bytes) -> Query:
    """A GET request's parameters (xAPI 1.0.3, Communication 2.1.3)."""
    found = read_parameters(query_string, allowed=_LIST | {"statementId", "voidedStatementId"})
    single = found.keys() & {"statementId", "voidedStatementId"}
    if single and len(found.keys() - _SHAPE) > 1:
        raise BadRequestError("statementId or voidedStatementId goes alone, or with format and attachments.")
    shown = found.get("format", "exact")
    if shown not in {"ids", "exact", "canonical"}:
        raise BadRequestError("format must be ids, exact or canonical.")
    target = _one(found, single.pop()) if single else _page(found)
    return Query(target, cast("Format", shown), attachments=_flag(found, "attachments"))


def read_uuid(found: dict[str, str], name: str) -> UUID:
    value = found.get(name)
    if value is None:
        raise BadRequestError(f"The parameter {name} is required.")
    if not formats.UUID.fits(value):
        raise BadRequestError(f"{name} {formats.UUID.rule}.")
    return UUID(value)


def _one(found: dict[str, str], name: str) -> One:
    return One(read_uuid(found, name), voided=name == "voidedStatementId")


def _page(found: dict[str, str]) -> Page:
    return Page(
        keys=tuple(_keys(found)),
        since=_moment(found, "since"),
        until=_moment(found, "until"),
        after=_number(found, "cursor"),
        ascending=_flag(found, "ascending"),
        # 0 asks for as many as the server allows.
        limit=min(_number(found, "limit") or MAX_LIMIT, MAX_LIMIT),
    )


def _keys(found: dict[str, str]) -> Iterable[str]:
    broad_agents, broad_activities = _flag(found, "related_agents"), _flag(found, "related_activities")
    if "agent" in found:
        yield match_key("related_agent" if broad_agents else "agent", _agent(found["agent"]))
    for name in ("verb", "activity"):
        if name in found and not formats.IRI.fits(found[name]):
            raise BadRequestError(f"{name} {formats.IRI.rule}.")
    if "verb" in found:
        yield match_key("verb", found["verb"])
    if "activity" in found:
        yield match_key("related_activity" if broad_activities else "activity", found["activity"])
    if "registration" in found:
        yield match_key("registration", str(read_uuid(found, "registration")))


def _agent(text: str) -> str:
    agent: Any = decode_json(text.encode(), what="agent")
    # Judged as the actor of a statement would be.
    probe = {"actor": agent, "verb": {"id": "urn:x"}, "object": {"id": "urn:x"}}
    try:
        check_statement(probe)
    except InvalidStatement as error:
        raise BadRequestError(f"agent is refused: {error}") from None
    found = identity(agent)
    if found is None:
        raise BadRequestError("agent must be an Agent or an identified Group.")
    return found


def _flag(found: dict[str, str], name: str) -> bool:
    value = found.get(name, "false")
    if value not in {"true", "false"}:
        raise BadRequestError(f"{name} must be true or false.")
    return value == "true"


def _number(found: dict[str, str], name: str) -> int | None:
    value = found.get(name)
    if value is not None and not _NUMBER.fullmatch(value):
        raise BadRequestError(f"{name} must be a whole number, 0 or more.")
    return None if value is None else int(value)


def _moment(found: dict[str, str], name: str) -> int | None:
    if name not in found:
        return None
    try:
        return moments.to_seq(parse_timestamp(found[name]))
    except ValueError:
        raise BadRequestError(f"{name} {formats.TIMESTAMP.rule}; write + as %2B.") from None
