"""Whether two statements are the same one, as the specification compares them."""

import re
from collections.abc import Callable
from typing import Any

from xapi.validation.timestamps import parse_timestamp

# What a record store sets itself, so that a missing one on either side says nothing.
_SET_BY_STORE = ("id", "timestamp")
_NOT_COMPARED = frozenset({"stored", "authority", "version", "attachments"})
_BEYOND_HUNDREDTHS = re.compile(r"([.,][0-9]{2})[0-9]+S\Z")


def same_statement(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether `a` and `b` match by the comparison requirements of xAPI 1.0.3, Data 2.3.1.

    Ignored, because a record store may set or change it, or because the specification does not count it as
    part of the statement:
    - stored, authority and version; id and timestamp when one side has none;
    - verb displays and activity definitions, also in related activities and SubStatements;
    - attachments, which a store leaves out unless asked, and a signature is added after the rest is signed;
    - the spelling of timestamps, of which the instant counts (to the microsecond);
    - the order of a group's members;
    - letter case where it means nothing: UUIDs, hashes, language tags, the domain of an e-mail address.
    And, since every store must or may write them so: one related activity as an object or as a list of one
    (Data 2.4.6.2), a default objectType that is spelled out (Data 2.4.2.1 and 2.4.4), and what a duration has
    beyond hundredths of a second (Data 4.6).

    All else counts, the text of a duration included. Neither statement needs to be valid: what is of the
    wrong type is compared as it stands.
    """
    one, other = _statement(a), _statement(b)
    for key in _SET_BY_STORE:
        if key not in one or key not in other:
            one.pop(key, None)
            other.pop(key, None)
    return _same_json(one, other)


def _same_json(a: object, b: object) -> bool:
    """Equality that keeps true apart from 1, without recursion, since `b` comes from elsewhere."""
    pairs = [(a, b)]
    while pairs:
        one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pairs.extend((one[key], other[key]) for key in one)
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif isinstance(one, bool) is not isinstance(other, bool) or one != other:
            return False
    return True


def _change(value: dict[str, Any], changes: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """A copy of `value` with each named property passed through its function, when it is there."""
    return value | {key: change(value[key]) for key, change in changes.items() if key in value}


def _statement(value: dict[str, Any]) -> dict[str, Any]:
    kept = {key: item for key, item in value.items() if key not in _NOT_COMPARED}
    return _change(
        kept,
        {
            "id": _lower,
            "actor": _actor,
            "verb": _verb,
            "object": _object,
            "result": _result,
            "context": _context,
            "timestamp": _instant,
        },
    )


def _object(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    match value.get("objectType"):
        case "Agent" | "Group":
            return _actor(value)
        case "StatementRef":
            return _change(value, {"id": _lower})
        case "SubStatement":
            return _statement(value)
        case _:
            return _activity(value)


def _activity(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kept = {key: item for key, item in value.items() if key != "definition"}
    return {"objectType": "Activity"} | kept


def _verb(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key != "display"}


def _actor(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kept = _change(value, {"mbox": _mailbox, "mbox_sha1sum": _lower})
    if isinstance(kept.get("member"), list):
        kept["member"] = sorted(map(_actor, kept["member"]), key=_identity)
    return {"objectType": "Agent"} | kept


def _identity(agent: Any) -> list[str]:
    """A key that puts the members of two groups in the same order: whatever identifies them, as text."""
    if not isinstance(agent, dict):
        return []
    account = agent.get("account")
    parts = [agent.get("mbox"), agent.get("mbox_sha1sum"), agent.get("openid"), agent.get("name")]
    if isinstance(account, dict):
        parts += [account.get("homePage"), account.get("name")]
    return [part if isinstance(part, str) else "" for part in parts]


def _context(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return _change(
        value,
        {
            "registration": _lower,
            "language": _lower,
            "instructor": _actor,
            "team": _actor,
            "statement": _object,
            "contextActivities": _related_activities,
            "contextAgents": lambda found: _related_people(found, "agent"),
            "contextGroups": lambda found: _related_people(found, "group"),
        },
    )


def _related_activities(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    lists = {key: found if isinstance(found, list) else [found] for key, found in value.items()}
    return {key: [_activity(item) for item in found] for key, found in lists.items()}


def _related_people(value: Any, part: str) -> Any:
    if not isinstance(value, list):
        return value
    return [_change(item, {part: _actor}) if isinstance(item, dict) else item for item in value]


def _result(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return _change(value, {"duration": _duration})


def _duration(value: Any) -> Any:
    return _BEYOND_HUNDREDTHS.sub(r"\1S", value) if isinstance(value, str) else value


def _instant(value: Any) -> Any:
    try:
        return parse_timestamp(value).isoformat()
    except (TypeError, ValueError):
        return value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _mailbox(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    local, at, domain = value.rpartition("@")
    return local + at + domain.lower()
