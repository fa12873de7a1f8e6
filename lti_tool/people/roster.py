"""Reading a course's roster: Names and Role Provisioning Services 2.0, and Course Groups Service 1.0.

Everything is read before anything is changed: a part of a roster must never pass for the whole.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lti_tool.core.actor import Role
from lti_tool.core.text import clean_line, is_one_line
from lti_tool.people.roles import role_of
from lti_tool.platforms.errors import ServiceError
from lti_tool.platforms.pages import read_pages
from lti_tool.platforms.scopes import GROUP_READ, MEMBERSHIP_READ
from lti_tool.platforms.service_client import ServiceClient

_ROSTER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_GROUPS = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"

_ON_A_PAGE = "200"
"""Members to ask for at once: one platform sends everybody where nobody asks for less."""
MOST_MEMBERS = 100_000
_MOST_GROUPS = 10_000
_LONGEST_ID = 255
_USABLE = 0.9
"""A smaller part of usable entries than this, and the roster is something else than we think."""
_AWAY = {"inactive", "deleted"}


class RosterUnusableError(ServiceError):
    """The platform answered with something that can't be taken for the roster."""


class Member(NamedTuple):
    """One entry of a roster."""

    sub: str
    name: str
    """Empty where the platform keeps names to itself."""
    role: Role
    is_present: bool
    """False for who is named, but has no part in the course at present."""
    groups: tuple[str, ...] | None
    """The platform's ids; None where it does not say."""


class Groups(NamedTuple):
    """A course's groups and sets of groups, by the platform's ids."""

    groups: dict[str, tuple[str, str | None]]
    """Name and set."""
    sets: dict[str, str]


def read_roster(client: ServiceClient, url: str, *, with_groups: bool) -> dict[str, Member]:
    """Everybody whom the platform names, by `sub`. Raises ServiceError: then nothing is known."""
    query = {"limit": _ON_A_PAGE} | ({"groups": "true"} if with_groups else {})
    members: dict[str, Member] = {}
    unusable = 0
    for entry in _entries(client, url, "members", scope=MEMBERSHIP_READ, accept=_ROSTER, query=query):
        member = _member(entry)
        if member is None:
            unusable += 1
        else:
            members[member.sub] = member  # one who is named twice is what the last entry says
        if len(members) + unusable > MOST_MEMBERS:
            raise RosterUnusableError("roster_too_large")
    if unusable > (1 - _USABLE) * (len(members) + unusable):
        raise RosterUnusableError("roster_unreadable")
    if not members:
        # Whoever came in by a launch is in the course, so this is not true.
        raise RosterUnusableError("roster_empty")
    return members


def read_groups(client: ServiceClient, groups_url: str, sets_url: str | None) -> Groups:
    """All groups of the course, and their sets where the platform has any. Raises ServiceError."""
    sets: dict[str, str] = {}
    if sets_url:
        for entry in _entries(client, sets_url, "sets", scope=GROUP_READ, accept=_GROUPS):
            sets[_group_id(entry, "id")] = _text(entry.get("name"))
    groups: dict[str, tuple[str, str | None]] = {}
    for entry in _entries(client, groups_url, "groups", scope=GROUP_READ, accept=_GROUPS):
        group_set = _group_id(entry, "set_id") if entry.get("set_id") is not None else None
        groups[_group_id(entry, "id")] = _text(entry.get("name")), group_set
        if len(groups) + len(sets) > _MOST_GROUPS:
            raise RosterUnusableError("groups_too_many")
    return Groups(groups, sets)


def _entries(
    client: ServiceClient,
    url: str,
    name: str,
    *,
    scope: str,
    accept: str,
    query: dict[str, str] | None = None,
) -> Iterator[dict[str, Any]]:
    for page in read_pages(client, url, scopes=[scope], accept=accept, query=query):
        entries = page.get(name) if isinstance(page, dict) else None
        if not isinstance(entries, list):
            raise RosterUnusableError(f"{name}_unreadable")
        for entry in entries:
            yield entry if isinstance(entry, dict) else {}


def _member(entry: dict[str, Any]) -> Member | None:
    """One member (section 2.2); None for one without an id or roles. Without a status they are active."""
    sub, roles, status = _id(entry.get("user_id")), entry.get("roles"), entry.get("status") or "Active"
    if sub is None or not isinstance(roles, list) or not isinstance(status, str):
        return None
    name = _text(entry.get("name"))
    if not name:
        name = f"{_text(entry.get('given_name'))} {_text(entry.get('family_name'))}".strip()
    return Member(
        sub=sub,
        name=name,
        role=role_of(role for role in roles if isinstance(role, str)),
        is_present=status.lower() not in _AWAY,
        groups=_enrollments(entry.get("group_enrollments")),
    )


def _enrollments(given: object) -> tuple[str, ...] | None:
    """Course Groups Service 1.0 section 4: `[{"group_id": ...}]`."""
    if not isinstance(given, list):
        return None
    ids = (_id(one.get("group_id")) for one in given if isinstance(one, dict))
    return tuple(dict.fromkeys(one for one in ids if one is not None))


def _group_id(entry: dict[str, Any], name: str) -> str:
    found = _id(entry.get(name))
    if found is None:
        raise RosterUnusableError("groups_unreadable")
    return found


def _id(given: object) -> str | None:
    """Some platforms write their ids as numbers."""
    text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    fits = isinstance(text, str) and 0 < len(text) <= _LONGEST_ID and is_one_line(text)
    return str(text) if fits else None


def _text(given: object) -> str:
    return clean_line(given) if isinstance(given, str) else ""
