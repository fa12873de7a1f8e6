"""The `format` of statements in an answer: ids, exact or canonical (Communication 2.1.3)."""

import json
from collections.abc import Callable
from typing import Any

from lti_tool.record_store.decoding import encode_json
from lti_tool.record_store.languages import AcceptedLanguages, pick_language
from lti_tool.record_store.parameters import Format

_INTERACTION_PARTS = ("choices", "scale", "source", "target", "steps")
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")

Json = dict[str, Any]


def shape(body: str, *, wanted: Format, languages: AcceptedLanguages) -> str:
    """The stored text in the wanted format; exact is the text itself."""
    if wanted == "exact":
        return body
    statement = json.loads(body)
    if wanted == "ids":
        return encode_json(_rebuild(statement, agent=_agent_id, activity=_only_id, verb=_only_id))
    return encode_json(
        _rebuild(
            statement,
            agent=lambda agent: agent,
            activity=lambda activity: _in_one_language(activity, languages),
            verb=lambda verb: _pick(verb, ("display",), languages),
        )
    )


def _rebuild(
    statement: Json,
    *,
    agent: Callable[[Json], Json],
    activity: Callable[[Json], Json],
    verb: Callable[[Json], Json],
) -> Json:
    """A statement or SubStatement with its agents, activities and verb passed through these."""
    rebuilt = statement | {"actor": agent(statement["actor"]), "verb": verb(statement["verb"])}
    target = statement["object"]
    match target.get("objectType", "Activity"):
        case "Activity":
            rebuilt["object"] = activity(target)
        case "Agent":
            # Without its objectType it would be read as an activity.
            rebuilt["object"] = {"objectType": "Agent"} | agent(target)
        case "Group":
            rebuilt["object"] = agent(target)
        case "SubStatement":
            rebuilt["object"] = _rebuild(target, agent=agent, activity=activity, verb=verb)
    if "authority" in statement:
        rebuilt["authority"] = agent(statement["authority"])
    if "context" in statement:
        rebuilt["context"] = _rebuild_context(statement["context"], agent=agent, activity=activity)
    return rebuilt


def _rebuild_context(
    context: Json, *, agent: Callable[[Json], Json], activity: Callable[[Json], Json]
) -> Json:
    rebuilt = dict(context)
    for name in context.keys() & {"instructor", "team"}:
        rebuilt[name] = agent(context[name])
    for name, part in (("contextAgents", "agent"), ("contextGroups", "group")):
        if name in context:
            rebuilt[name] = [item | {part: agent(item[part])} for item in context[name]]
    if "contextActivities" in context:
        lists = context["contextActivities"].items()
        rebuilt["contextActivities"] = {name: [activity(one) for one in found] for name, found in lists}
    return rebuilt


def _only_id(thing: Json) -> Json:
    return {"id": thing["id"]}


def _agent_id(agent: Json) -> Json:
    """The least that identifies it: for an anonymous group, what identifies its members."""
    kept = {name: agent[name] for name in _IDENTIFIERS if name in agent}
    if agent.get("objectType") == "Group":
        kept = {"objectType": "Group"} | (kept or {"member": [_agent_id(one) for one in agent["member"]]})
    return kept


def _in_one_language(activity: Json, languages: AcceptedLanguages) -> Json:
    """Segue keeps no definitions of its own: a statement's own one is the canonical one."""
    if "definition" not in activity:
        return activity
    definition = _pick(activity["definition"], ("name", "description"), languages)
    for part in definition.keys() & set(_INTERACTION_PARTS):
        definition[part] = [_pick(item, ("description",), languages) for item in definition[part]]
    return activity | {"definition": definition}


def _pick(thing: Json, names: tuple[str, ...], languages: AcceptedLanguages) -> Json:
    return thing | {name: pick_language(thing[name], languages) for name in names if name in thing}
