"""Building statements as plain dicts, and freezing them as JSON text."""

# The arguments carry the names of the xAPI properties that they become.
# ruff: noqa: A002

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from xapi.vocabulary import VOIDED, Verb

Json = dict[str, Any]

SYSTEM: Final = "system"
"""The name of the tool's own account, for what nobody shall be named with."""


def account_agent(home_page: str, name: str) -> Json:
    """An agent known by an account: `home_page` is the IRL of the system, `name` is unique within it."""
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}


def account_group(home_page: str, name: str) -> Json:
    """A group known by an account, without its members."""
    return account_agent(home_page, name) | {"objectType": "Group"}


def activity(id: str, *, type: str | None = None, name: str | None = None, language: str = "und") -> Json:
    """An activity by its IRI, with a definition when there is something to define.

    `language` is the language tag of `name`; `und` says that nobody knows it.
    """
    definition: Json = {}
    if type is not None:
        definition["type"] = type
    if name is not None:
        definition["name"] = {language: name}
    made: Json = {"objectType": "Activity", "id": id}
    return made | {"definition": definition} if definition else made


def statement_ref(id: UUID | str) -> Json:
    """A pointer to another statement, which the record store need not have yet."""
    return {"objectType": "StatementRef", "id": str(id)}


def context(
    *,
    registration: UUID | str | None = None,
    team: Json | None = None,
    platform: str | None = None,
    language: str | None = None,
    parent: Sequence[Json] = (),
    grouping: Sequence[Json] = (),
    category: Sequence[Json] = (),
    other: Sequence[Json] = (),
    statement: UUID | str | None = None,
    extensions: Mapping[str, Any] | None = None,
) -> Json:
    """A context with only what is known.

    `statement` is the id of the statement that this one follows from. Activities are always sent as lists,
    since a single object is there only for 0.95 (xAPI 1.0.3, Data 2.4.6.2).
    """
    activities = {"parent": parent, "grouping": grouping, "category": category, "other": other}
    known: Json = {
        "registration": None if registration is None else str(registration),
        "team": team,
        "platform": platform,
        "language": language,
        "contextActivities": {key: list(found) for key, found in activities.items() if found} or None,
        "statement": None if statement is None else statement_ref(statement),
        "extensions": dict(extensions) if extensions else None,
    }
    return {key: value for key, value in known.items() if value is not None}


def build_statement(
    *,
    id: UUID | str,
    actor: Json,
    verb: Verb,
    object: Json,
    timestamp: datetime,
    result: Json | None = None,
    context: Json | None = None,
    version: str = "1.0.3",
) -> Json:
    """A whole statement, without `stored` and `authority`: those are the record store's to set.

    `version` is the specification followed, "1.0.3" or "2.0.0". A statement of any 1.0.x says "1.0.0": its
    data model is that of 1.0.0, and a provider must say so (xAPI 1.0.3, Data 2.4.10).

    Raises ValueError when `context` names a platform or revision and the object is no activity
    (xAPI 1.0.3, Data 2.4.6), or when `timestamp` is naive.
    """
    if context and object.get("objectType", "Activity") != "Activity":
        for key in ("platform", "revision"):
            if key in context:
                raise ValueError(f"context.{key} is only for statements whose object is an Activity")
    made = {
        "id": str(id),
        "actor": actor,
        "verb": {"id": verb.id, "display": {"en": verb.display}},
        "object": object,
        "result": result or None,
        "context": context or None,
        "timestamp": format_timestamp(timestamp),
        "version": "1.0.0" if version.startswith("1.0.") else version,
    }
    return {key: value for key, value in made.items() if value is not None}


def void(id: UUID | str, actor: Json, target_id: UUID | str, timestamp: datetime) -> Json:
    """A statement that takes back the statement `target_id` (xAPI 1.0.3, Data 2.3.2).

    Only for a statement that should never have been made, or for erasure: deleting a post is another verb.
    """
    return build_statement(
        id=id, actor=actor, verb=VOIDED, object=statement_ref(target_id), timestamp=timestamp
    )


def format_timestamp(moment: datetime) -> str:
    """`moment` in UTC to the millisecond, `YYYY-MM-DDTHH:MM:SS.mmmZ`; ValueError when it is naive.

    One spelling everywhere, because some record stores compare timestamps as text.
    """
    if moment.tzinfo is None:
        raise ValueError("a timestamp needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_duration(length: timedelta) -> str:
    """`length` in ISO 8601, rounded down to whole seconds: `PT2H10M5S`; ValueError when it is negative.

    Hours are never folded into days, whose length varies (xAPI 1.0.3, Data 2.3.1).
    """
    if length < timedelta(0):
        raise ValueError("a duration cannot be negative")
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")


def dumps(statement: Json) -> str:
    """The statement as compact JSON text, to be kept and sent unchanged; ValueError for NaN and infinity."""
    return json.dumps(statement, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
