"""Agents, groups and authorities (xAPI 1.0.3, Data 2.4.2 and 2.4.9)."""

from typing import Any

from xapi.validation import formats
from xapi.validation.errors import InvalidStatement, child
from xapi.validation.shapes import check_format, check_list, check_object, check_object_type

_IDENTIFIERS = frozenset({"mbox", "mbox_sha1sum", "openid", "account"})
_AGENT = _IDENTIFIERS | {"objectType", "name"}
_GROUP = _AGENT | {"member"}
_ACCOUNT = frozenset({"homePage", "name"})
_OAUTH_PAIR = 2


def check_actor(value: object, path: str) -> None:
    """InvalidStatement unless `value` is an agent or a group; without an `objectType` it is an agent."""
    if isinstance(value, dict) and value.get("objectType") == "Group":
        check_group(value, path)
    else:
        check_agent(value, path)


def check_agent(value: object, path: str) -> None:
    agent = check_object(value, path, allowed=_AGENT)
    check_object_type(agent, path, "Agent")
    if not _has_identifier(agent, path):
        raise InvalidStatement(path, "must have one of mbox, mbox_sha1sum, openid and account")


def check_group(value: object, path: str) -> None:
    """InvalidStatement unless `value` is a group: identified, or anonymous with members (Data 2.4.2.2)."""
    group = check_object(value, path, allowed=_GROUP, required=("objectType",))
    check_object_type(group, path, "Group")
    identified = _has_identifier(group, path)
    place = child(path, "member")
    members = check_list(group.get("member", []), place)
    if not identified and not members:
        raise InvalidStatement(place, "is required in a group without an identifier")
    for index, member in enumerate(members):
        check_agent(member, child(place, index))


def check_authority(value: object, path: str) -> None:
    """InvalidStatement unless `value` is an agent, or the anonymous pair of three-legged OAuth (Data 2.4.9).

    Of the pair, the application is known by an account, so one of the two has one.
    """
    check_actor(value, path)
    if isinstance(value, dict) and value.get("objectType") == "Group":
        members = value.get("member", [])
        if not _IDENTIFIERS.isdisjoint(value) or len(members) != _OAUTH_PAIR:
            raise InvalidStatement(path, "must be an agent, or an anonymous group of exactly two agents")
        if not any("account" in member for member in members):
            raise InvalidStatement(path, "must name the OAuth application by an account")


def _has_identifier(value: dict[str, Any], path: str) -> bool:
    check_format(value, path, "name", formats.TEXT)
    found = value.keys() & _IDENTIFIERS
    if len(found) > 1:
        raise InvalidStatement(path, "must not have more than one of mbox, mbox_sha1sum, openid and account")
    if "account" in found:
        place = child(path, "account")
        account = check_object(value["account"], place, allowed=_ACCOUNT, required=("homePage", "name"))
        check_format(account, place, "homePage", formats.IRI)
        check_format(account, place, "name", formats.TEXT)
    check_format(value, path, "mbox", formats.MAILTO)
    check_format(value, path, "mbox_sha1sum", formats.SHA1)
    check_format(value, path, "openid", formats.IRI)
    return bool(found)
