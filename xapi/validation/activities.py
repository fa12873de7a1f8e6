"""Activities and their definitions, interactions included (xAPI 1.0.3, Data 2.4.4.1)."""

from typing import Any

from xapi.validation import formats
from xapi.validation.errors import InvalidStatement, child
from xapi.validation.shapes import (
    check_extensions,
    check_format,
    check_language_map,
    check_list,
    check_object,
    check_object_type,
)

_ACTIVITY = frozenset({"objectType", "id", "definition"})
_COMPONENT = frozenset({"id", "description"})
_COMPONENT_LISTS = frozenset({"choices", "scale", "source", "target", "steps"})
_INTERACTION = _COMPONENT_LISTS | {"interactionType", "correctResponsesPattern"}
_DEFINITION = _INTERACTION | {"name", "description", "type", "moreInfo", "extensions"}
# Which lists an interaction may have, by its type.
_LISTS_OF = {
    "true-false": frozenset[str](),
    "choice": frozenset({"choices"}),
    "fill-in": frozenset[str](),
    "long-fill-in": frozenset[str](),
    "matching": frozenset({"source", "target"}),
    "performance": frozenset({"steps"}),
    "sequencing": frozenset({"choices"}),
    "likert": frozenset({"scale"}),
    "numeric": frozenset[str](),
    "other": frozenset[str](),
}


def check_activity(value: object, path: str) -> None:
    activity = check_object(value, path, allowed=_ACTIVITY, required=("id",))
    check_object_type(activity, path, "Activity")
    check_format(activity, path, "id", formats.IRI)
    if "definition" in activity:
        _check_definition(activity["definition"], child(path, "definition"))


def _check_definition(value: object, path: str) -> None:
    definition = check_object(value, path, allowed=_DEFINITION)
    check_format(definition, path, "type", formats.IRI)
    check_format(definition, path, "moreInfo", formats.IRI)
    check_language_map(definition, path, "name")
    check_language_map(definition, path, "description")
    check_extensions(definition, path)
    if not _INTERACTION.isdisjoint(definition):
        _check_interaction(definition, path)


def _check_interaction(definition: dict[str, Any], path: str) -> None:
    kind = definition.get("interactionType")
    if not isinstance(kind, str) or kind not in _LISTS_OF:
        raise InvalidStatement(child(path, "interactionType"), f"must be one of {', '.join(_LISTS_OF)}")
    place = child(path, "correctResponsesPattern")
    for index, pattern in enumerate(check_list(definition.get("correctResponsesPattern", []), place)):
        if not isinstance(pattern, str):
            raise InvalidStatement(child(place, index), "must be a string")
    for key in definition.keys() & _COMPONENT_LISTS:
        if key not in _LISTS_OF[kind]:
            raise InvalidStatement(child(path, key), f"does not belong to an interaction of type {kind}")
        _check_components(definition[key], child(path, key))


def _check_components(value: object, path: str) -> None:
    seen = set()
    for index, item in enumerate(check_list(value, path)):
        place = child(path, index)
        component = check_object(item, place, allowed=_COMPONENT, required=("id",))
        check_format(component, place, "id", formats.TEXT)
        check_language_map(component, place, "description")
        if component["id"] in seen:
            raise InvalidStatement(child(place, "id"), "must be distinct within its list")
        seen.add(component["id"])
