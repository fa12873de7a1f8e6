"""The checks that all parts of a statement share: objects, lists, strings, language maps, extensions."""

from typing import Any

from xapi.validation.errors import InvalidStatement, child
from xapi.validation.formats import Format, is_iri, is_language_tag


def check_object(
    value: object, path: str, *, allowed: frozenset[str], required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """`value` as an object with no property beyond `allowed` and none of `required` missing.

    Unknown properties, also those that differ by case only, and nulls are refused (xAPI 1.0.3, Data 2.2).
    """
    if not isinstance(value, dict):
        raise InvalidStatement(path, "must be an object")
    if not value.keys() <= allowed:
        unknown = min(value.keys() - allowed)
        raise InvalidStatement(child(path, unknown), "is not a property that belongs here")
    for key in required:
        if key not in value:
            raise InvalidStatement(child(path, key), "is required")
    for key in value:
        if value[key] is None:
            raise InvalidStatement(child(path, key), "must not be null")
    return value


def check_list(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidStatement(path, "must be an array")
    return value


def check_format(value: dict[str, Any], path: str, key: str, expected: Format) -> None:
    """InvalidStatement unless the property `key` is missing or a string of the format `expected`."""
    if key in value:
        found = value[key]
        if not isinstance(found, str) or not expected.fits(found):
            raise InvalidStatement(child(path, key), expected.rule)


def check_boolean(value: dict[str, Any], path: str, key: str) -> None:
    if key in value and not isinstance(value[key], bool):
        raise InvalidStatement(child(path, key), "must be true or false")


def check_object_type(value: dict[str, Any], path: str, expected: str) -> None:
    """InvalidStatement unless `objectType` is missing or exactly `expected`."""
    if value.get("objectType", expected) != expected:
        raise InvalidStatement(child(path, "objectType"), f"must be {expected}")


def check_language_map(value: dict[str, Any], path: str, key: str) -> None:
    """InvalidStatement unless the property `key` is missing or a language map (xAPI 1.0.3, Data 4.2)."""
    if key not in value:
        return
    found, place = value[key], child(path, key)
    if not isinstance(found, dict):
        raise InvalidStatement(place, "must be a language map")
    for tag, text in found.items():
        if not is_language_tag(tag):
            raise InvalidStatement(child(place, tag), "must be named by an RFC 5646 language tag")
        if not isinstance(text, str):
            raise InvalidStatement(child(place, tag), "must be a string")


def check_extensions(value: dict[str, Any], path: str) -> None:
    """InvalidStatement unless `extensions` is missing or an object whose keys are IRIs.

    What the values are is nobody's business but their owners' (xAPI 1.0.3, Data 4.1).
    """
    if "extensions" not in value:
        return
    found, place = value["extensions"], child(path, "extensions")
    if not isinstance(found, dict):
        raise InvalidStatement(place, "must be an object")
    for key in found:
        if not is_iri(key):
            raise InvalidStatement(child(place, key), "must be named by an IRI with a scheme")
