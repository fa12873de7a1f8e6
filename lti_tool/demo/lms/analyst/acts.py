"""One statement as an analyst needs it. What comes from a store is not trusted to have any shape."""

from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any

from xapi import vocabulary
from xapi.statement import SYSTEM
from xapi.validation.timestamps import parse_timestamp

_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid")
"""The account that the tool itself acts by."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, as statements name them: never more than an identifier."""

    key: str
    """Tells one from another: the account's home page and name."""
    account: str
    is_unnamed: bool = False
    """An account of the tool's for one person in one conversation: who posts anonymously has several."""
    is_tool: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    id: str
    at: datetime
    """When it was done, in UTC."""
    stored: datetime
    """When the store took it in, in UTC: later than `at`, and the order to read by."""
    actor: Actor
    verb: str
    object: str
    """The activity's id; of a voiding, the id of the statement that it takes back."""
    kind: str = ""
    """The activity's type."""
    parents: tuple[str, ...] = ()
    """What the object stands in, the widest first."""
    courses: tuple[tuple[str, str], ...] = ()
    """Ids and names."""
    refers_to: str = ""
    """The id of the statement that this one answers."""
    outcome: str = ""
    due: str = ""
    """Of a follow-up: the date to look at it again, such as 2026-05-03."""

    @property
    def voids(self) -> bool:
        return self.verb == vocabulary.VOIDED.id


def read_act(statement: object, *, tool_url: str) -> Act | None:
    """The act that a statement tells of; None where it lacks what every stored statement has."""
    whole = _part(statement)
    context, target = _part(whole.get("context")), _part(whole.get("object"))
    actor = _actor(whole, tool_url)
    at = _moment(whole.get("timestamp"))
    id_, verb, object_ = _text(whole.get("id")), _text(_part(whole.get("verb")).get("id")), _id_of(target)
    if not (actor and at and id_ and verb and object_):
        return None
    activities = _part(context.get("contextActivities"))
    extensions = _part(context.get("extensions"))
    return Act(
        id=id_.lower(),
        at=at,
        stored=_moment(whole.get("stored")) or at,
        actor=actor,
        verb=intern(verb),
        object=object_.lower() if target.get("objectType") == "StatementRef" else object_,
        kind=intern(_text(_part(target.get("definition")).get("type"))),
        parents=tuple(found for one in _list(activities.get("parent")) if (found := _text(one.get("id")))),
        courses=_courses(activities),
        refers_to=_text(_part(context.get("statement")).get("id")).lower(),
        outcome=_text(extensions.get(vocabulary.OUTCOME)),
        due=_text(extensions.get(vocabulary.DUE_DATE))[:10],
    )


def _actor(statement: dict[str, Any], tool_url: str) -> Actor | None:
    actor = _part(statement.get("actor"))
    account = _part(actor.get("account"))
    home, name = _text(account.get("homePage")), _text(account.get("name"))
    if not name:
        shown = next((found for key in _IDENTIFIERS if (found := _text(actor.get(key)))), "")
        return Actor(key=shown, account=shown) if shown else None
    is_ours = home.rstrip("/") == tool_url.rstrip("/")
    is_tool = is_ours and name == SYSTEM
    # A pseudonym that stands for somebody in a whole course comes with that course's registration.
    is_unnamed = is_ours and not is_tool and "registration" not in _part(statement.get("context"))
    return Actor(key=intern(f"{home} {name}"), account=name, is_unnamed=is_unnamed, is_tool=is_tool)


def _id_of(target: dict[str, Any]) -> str:
    """The object's id, or what identifies a person."""
    account = _part(target.get("account"))
    return _text(target.get("id")) or _text(account.get("name")) or _text(target.get("mbox"))


def _courses(activities: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    found = []
    for one in _list(activities.get("grouping")):
        definition, id_ = _part(one.get("definition")), _text(one.get("id"))
        if id_ and definition.get("type") == vocabulary.COURSE:
            names = [name for name in _part(definition.get("name")).values() if isinstance(name, str)]
            found.append((intern(id_), intern(_text(next(iter(names), "")))))
    return tuple(found)


def _moment(value: object) -> datetime | None:
    try:
        return parse_timestamp(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _part(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """Text that a page can hold; JSON can carry lone surrogates, and UTF-8 cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
