"""What a statement can be found by: one key for each filter value that it matches.

A key is a 128-bit hash of the kind of filter and the value, so that every look-up has one small, equal size.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Any

_KEY_BYTES = 16


@lru_cache(maxsize=20_000)
def match_key(kind: str, value: str) -> str:
    """In hexadecimal. `kind` is verb, registration, agent, related_agent, activity or related_activity."""
    return blake2b(f"{kind}\n{value}".encode(), digest_size=_KEY_BYTES).hexdigest()


def match_keys(statement: dict[str, Any]) -> set[str]:
    """Every key of a valid statement with its authority (xAPI 1.0.3, Communication 2.1.3; 2.0.0 likewise)."""
    keys = {match_key("verb", statement["verb"]["id"])}
    registration = statement.get("context", {}).get("registration")
    if registration:
        keys.add(match_key("registration", registration.lower()))
    for agent in _agents_of(statement):
        keys.add(match_key("agent", agent))
    for agent in _related_agents_of(statement):
        keys.add(match_key("related_agent", agent))
    target = statement["object"]
    if target.get("objectType", "Activity") == "Activity":
        keys.add(match_key("activity", target["id"]))
    for activity in _related_activities_of(statement):
        keys.add(match_key("related_activity", activity))
    return keys


def identity(agent: dict[str, Any]) -> str | None:
    """What identifies an agent or group, as one text; None for an anonymous group.

    Two are equal when they use the same identifier with the same value; an Agent and a Group are not told
    apart (Communication 2.1.3). Letter case is ignored where it means nothing (Data 2.3.1).
    """
    if "mbox" in agent:
        local, _, domain = agent["mbox"].rpartition("@")
        return f"mbox {local}@{domain.lower()}"
    if "mbox_sha1sum" in agent:
        return f"mbox_sha1sum {agent['mbox_sha1sum'].lower()}"
    if "openid" in agent:
        return f"openid {agent['openid']}"
    if "account" in agent:
        # An IRI has no space in it: the two parts can't run into one another.
        return f"account {agent['account']['homePage']} {agent['account']['name']}"
    return None


def _identities(agent: dict[str, Any]) -> Iterator[str]:
    """The agent, or the group and its members: a member counts as a match of the group."""
    for one in (agent, *agent.get("member", ())):
        found = identity(one)
        if found:
            yield found


def _agents_of(statement: dict[str, Any]) -> Iterator[str]:
    """The `agent` filter: actor and object."""
    yield from _identities(statement["actor"])
    if statement["object"].get("objectType") in {"Agent", "Group"}:
        yield from _identities(statement["object"])


def _related_agents_of(statement: dict[str, Any]) -> Iterator[str]:
    """With `related_agents`: also authority, instructor, team, and context agents and groups (2.0.0)."""
    yield from _agents_of(statement)
    context = statement.get("context", {})
    for agent in (statement.get("authority"), context.get("instructor"), context.get("team")):
        if agent:
            yield from _identities(agent)
    for item in context.get("contextAgents", ()):
        yield from _identities(item["agent"])
    for item in context.get("contextGroups", ()):
        yield from _identities(item["group"])
    if statement["object"].get("objectType") == "SubStatement":
        yield from _related_agents_of(statement["object"])


def _related_activities_of(statement: dict[str, Any]) -> Iterator[str]:
    """With `related_activities`: the object and every context activity, also of a SubStatement."""
    target = statement["object"]
    if target.get("objectType", "Activity") == "Activity":
        yield target["id"]
    for found in statement.get("context", {}).get("contextActivities", {}).values():
        for activity in found if isinstance(found, list) else [found]:
            yield activity["id"]
    if target.get("objectType") == "SubStatement":
        yield from _related_activities_of(target)
