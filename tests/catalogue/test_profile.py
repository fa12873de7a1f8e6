"""Both profiles hold the rules of the profile specification, and a document that breaks one is found.

The rules are those of xAPI Profiles 1.0, Structure; each fault is named by its section.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import combinations
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from tests.catalogue.conformance import _paths
from xapi import vocabulary
from xapi.catalogue.versions import FOLLOW_UPS_VERSIONS, PROFILE_VERSIONS, Version
from xapi.profile import digest_of, follow_ups_profile, profile

Json = dict[str, Any]

DOCUMENTS = {"profile": profile, "follow-ups": follow_ups_profile}
VERSIONS = {"profile": PROFILE_VERSIONS, "follow-ups": FOLLOW_UPS_VERSIONS}

_IRI = {"type": "string", "pattern": r"^https?://[^\s|<>\"{}^`\\]+$"}
_IRIS = {"type": "array", "items": _IRI, "uniqueItems": True}
_WORDS = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"},
    "additionalProperties": {"type": "string"},
}
_VALUES = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
_LABELLED = {
    "id": _IRI,
    "type": {"type": "string"},
    "inScheme": _IRI,
    "prefLabel": _WORDS,
    "definition": _WORDS,
}
_LABELS = list(_LABELLED)


def _closed(required: list[str], **properties: Any) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {**properties, "deprecated": {"type": "boolean"}},
    }


_RELATIONS = dict.fromkeys(
    ("broader", "broadMatch", "narrower", "narrowMatch", "related", "relatedMatch", "exactMatch"), _IRIS
)
_RULE = _closed(
    ["location"],
    location={"type": "string"},
    selector={"type": "string"},
    presence={"enum": ["included", "excluded", "recommended"]},
    any=_VALUES,
    all=_VALUES,
    none=_VALUES,
    scopeNote=_WORDS,
) | {"anyOf": [{"required": [name]} for name in ("presence", "any", "all", "none")]}
_TEMPLATE = _closed(
    _LABELS,
    **_LABELLED,
    verb=_IRI,
    objectActivityType=_IRI,
    contextGroupingActivityType=_IRIS,
    contextParentActivityType=_IRIS,
    contextOtherActivityType=_IRIS,
    contextCategoryActivityType=_IRIS,
    attachmentUsageType=_IRIS,
    objectStatementRefTemplate=_IRIS,
    contextStatementRefTemplate=_IRIS,
    rules={"type": "array", "items": _RULE},
) | {"not": {"required": ["objectActivityType", "objectStatementRefTemplate"]}}
_KINDS = ("alternates", "optional", "oneOrMore", "sequence", "zeroOrMore")
_PATTERN = _closed(
    ["id", "type"],
    **_LABELLED,
    primary={"type": "boolean"},
    alternates=_IRIS | {"minItems": 2},
    sequence=_IRIS | {"minItems": 2},
    optional=_IRI,
    oneOrMore=_IRI,
    zeroOrMore=_IRI,
) | {
    "oneOf": [{"required": [kind]} for kind in _KINDS],
    "if": {"required": ["primary"], "properties": {"primary": {"const": True}}},
    "then": {"required": ["prefLabel", "definition"]},
}
_EXTENSION = _closed(
    _LABELS,
    **_LABELLED,
    recommendedVerbs=_IRIS,
    recommendedActivityTypes=_IRIS,
    context=_IRI,
    schema=_IRI,
    inlineSchema={"type": "string"},
) | {"not": {"required": ["schema", "inlineSchema"]}}
_SHAPE = _closed(
    ["id", "@context", "type", "conformsTo", "prefLabel", "definition", "versions", "author"],
    id=_IRI,
    type={"const": "Profile"},
    conformsTo={"const": "https://w3id.org/xapi/profiles#1.0"},
    prefLabel=_WORDS,
    definition=_WORDS,
    seeAlso=_IRI,
    versions={
        "type": "array",
        "minItems": 1,
        "items": _closed(
            ["id", "generatedAtTime"], id=_IRI, wasRevisionOf=_IRIS, generatedAtTime={"type": "string"}
        ),
    },
    author=_closed(
        ["type", "name"], type={"enum": ["Organization", "Person"]}, name={"type": "string"}, url=_IRI
    ),
    concepts={
        "type": "array",
        "items": {
            "if": {"properties": {"type": {"enum": ["Verb", "ActivityType"]}}},
            "then": _closed(_LABELS, **_LABELLED, **_RELATIONS),
            "else": _EXTENSION,
        },
    },
    templates={"type": "array", "items": _TEMPLATE},
    patterns={"type": "array", "items": _PATTERN},
)
_SHAPE["properties"]["@context"] = {"const": "https://w3id.org/xapi/profiles/context"}
_CONCEPTS = {"Verb", "ActivityType", "ContextExtension", "ResultExtension", "ActivityExtension"}


def document_faults(document: Json) -> list[str]:
    found = [error.message for error in Draft202012Validator(_SHAPE).iter_errors(document)]
    return found or [
        *_empty_values(document, "$"),
        *_version_faults(document),
        *_part_faults(document),
        *_concept_faults(document),
        *_template_faults(document),
        *_pattern_faults(document),
    ]


def _empty_values(value: Any, place: str) -> Iterator[str]:
    if value is None or value in ({}, [], ""):
        yield f"4.0: {place} is empty"
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from _empty_values(child, f"{place}.{key}")


def _version_faults(document: Json) -> Iterator[str]:
    versions = document["versions"]
    ids = [version["id"] for version in versions]
    if len({*ids, document["id"]}) != len(ids) + 1:
        yield "6.1: an id of a version is not its own"
    for version in versions:
        if datetime.fromisoformat(version["generatedAtTime"]).tzinfo is None:
            yield "6.1: a moment without its offset"
    for version in versions[:-1]:
        if not version.get("wasRevisionOf"):
            yield f"6.1: {version['id']} succeeds another"


def _parts(document: Json) -> list[Json]:
    return [part for key in ("concepts", "templates", "patterns") for part in document.get(key, ())]


def _part_faults(document: Json) -> Iterator[str]:
    parts = _parts(document)
    if len({part["id"] for part in parts}) != len(parts):
        yield "7.0: an id is there twice"
    for part in parts:
        if part.get("inScheme") != document["versions"][0]["id"]:
            yield f"7.1: {part['id']} is in the scheme of no present version"
        if not part["id"].startswith(f"{document['id']}/"):
            yield f"7.0: {part['id']} is another profile's"


def _concept_faults(document: Json) -> Iterator[str]:
    for concept in document.get("concepts", ()):
        if concept["type"] not in _CONCEPTS:
            yield f"7.0: {concept['type']} is no type of a concept"
        if "related" in concept and not concept.get("deprecated"):
            yield "7.1: related is for deprecated concepts"
        is_of_activities = concept["type"] == "ActivityExtension"
        if is_of_activities and "recommendedVerbs" in concept:
            yield "7.2: verbs are recommended for context and result"
        if not is_of_activities and "recommendedActivityTypes" in concept:
            yield "7.2: types are recommended for activities"
        try:
            Draft202012Validator.check_schema(json.loads(concept.get("inlineSchema", "{}")))
        except (SchemaError, json.JSONDecodeError) as error:
            yield f"7.2: {concept['id']}: {error}"


def _template_faults(document: Json) -> Iterator[str]:
    templates = document.get("templates", [])
    ids = {template["id"] for template in templates}
    for template in templates:
        if template["type"] != "StatementTemplate":
            yield f"8.0: {template['id']} is a {template['type']}"
        for name in ("objectStatementRefTemplate", "contextStatementRefTemplate"):
            if not set(template.get(name, ())) <= ids:
                yield f"8.0: {template['id']} refers to another profile's template"
        for rule in template.get("rules", ()):
            # Filters, scripts, slices, negative indices and what looks anywhere are not for rules (8.1).
            if re.search(r"\?\(|\(@|\.\.|\[-|\[[0-9]*:", rule["location"]):
                yield f"8.1: {rule['location']} is no path of a rule"
            elif not all(path for path in _paths(rule["location"])):
                yield f"8.1: {rule['location']} can't be read"
    for one, other in combinations(templates, 2):
        kinds = {one.get("objectActivityType"), other.get("objectActivityType")}
        if one["verb"] == other["verb"] and (len(kinds) == 1 or None in kinds):
            yield f"a statement could match both {one['id']} and {other['id']}"


def _pattern_faults(document: Json) -> Iterator[str]:
    patterns = {pattern["id"]: pattern for pattern in document.get("patterns", ())}
    known = {template["id"] for template in document.get("templates", ())} | set(patterns)
    if patterns and not any(pattern.get("primary") for pattern in patterns.values()):
        yield "9.0: no pattern is primary"
    for pattern in patterns.values():
        if pattern["type"] != "Pattern":
            yield f"9.0: {pattern['id']} is a {pattern['type']}"
        if not set(_members(pattern)) <= known:
            yield f"9.0: {pattern['id']} has members that nobody knows"
        if pattern["id"] in _all_below(pattern, patterns):
            yield f"9.0: {pattern['id']} is within itself"
        for member in pattern.get("alternates", ()):
            if {"optional", "zeroOrMore"} & set(patterns.get(member, ())):
                yield f"9.0: {pattern['id']} has alternates that may be nothing"


def _members(pattern: Json) -> list[str]:
    found = next(pattern[kind] for kind in _KINDS if kind in pattern)
    return list(found) if isinstance(found, list) else [found]


def _all_below(pattern: Json, patterns: dict[str, Json]) -> set[str]:
    seen: set[str] = set()
    waiting = _members(pattern)
    while waiting:
        member = waiting.pop()
        if member not in seen:
            seen.add(member)
            waiting += _members(patterns[member]) if member in patterns else []
    return seen


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_profile_holds_the_specifications_rules(name: str) -> None:
    assert document_faults(DOCUMENTS[name]()) == []


def test_the_first_profile_has_no_pattern_and_the_second_has_one() -> None:
    assert "patterns" not in profile()
    assert [it["id"] for it in follow_ups_profile()["patterns"] if it["primary"]] == [
        f"{vocabulary.FOLLOW_UPS_VERSION}/patterns/follow-up"
    ]


def concept(document: Json, kind: str) -> Json:
    found: Json = next(it for it in document["concepts"] if it["type"] == kind)
    return found


def first(document: Json, key: str) -> Json:
    found: Json = document[key][0]
    return found


BROKEN: dict[str, tuple[str, Callable[[Json], object]]] = {
    "no author": ("profile", lambda it: it.pop("author")),
    "another context": ("profile", lambda it: it.update({"@context": "https://schema.org"})),
    "another specification": (
        "profile",
        lambda it: it.update(conformsTo="https://w3id.org/xapi/profiles#2.0"),
    ),
    "a null": ("profile", lambda it: first(it, "templates").update(prefLabel=None)),
    "an empty string": ("profile", lambda it: first(it, "templates")["definition"].update(en="")),
    "an empty array": ("profile", lambda it: it.update(patterns=[])),
    "an empty object": ("profile", lambda it: first(it, "concepts").update(prefLabel={})),
    "a version's id that is the profile's": ("profile", lambda it: first(it, "versions").update(id=it["id"])),
    "a version without the one before": ("profile", lambda it: first(it, "versions").pop("wasRevisionOf")),
    "no moment": ("profile", lambda it: first(it, "versions").pop("generatedAtTime")),
    "the profile as scheme": ("profile", lambda it: first(it, "concepts").update(inScheme=it["id"])),
    "the scheme of another version": (
        "profile",
        lambda it: first(it, "templates").update(inScheme=f"{vocabulary.PROFILE}/v0.1"),
    ),
    "another profile's concept": (
        "profile",
        lambda it: first(it, "concepts").update(id=vocabulary.POSTED.id),
    ),
    "a concept twice": ("profile", lambda it: it["concepts"].append(first(it, "concepts"))),
    "a concept of no type": ("profile", lambda it: first(it, "concepts").update(type="Actor")),
    "a verb without a definition": ("profile", lambda it: concept(it, "Verb").pop("definition")),
    "words without a language": ("profile", lambda it: concept(it, "Verb").update(prefLabel="pinned")),
    "related, and not deprecated": (
        "profile",
        lambda it: concept(it, "Verb").update(related=[vocabulary.POSTED.id]),
    ),
    "two schemas": (
        "profile",
        lambda it: concept(it, "ContextExtension").update(schema="https://segue.example/schema"),
    ),
    "a schema that is no string": (
        "profile",
        lambda it: concept(it, "ContextExtension").update(inlineSchema={"type": "string"}),
    ),
    "a schema that is none": (
        "profile",
        lambda it: concept(it, "ContextExtension").update(inlineSchema='{"type": "text"}'),
    ),
    "types for a context": (
        "profile",
        lambda it: concept(it, "ContextExtension").update(recommendedActivityTypes=[vocabulary.COURSE]),
    ),
    "verbs for an activity": (
        "profile",
        lambda it: concept(it, "ContextExtension").update(type="ActivityExtension"),
    ),
    "a template of both kinds": (
        "profile",
        lambda it: first(it, "templates").update(objectStatementRefTemplate=[first(it, "templates")["id"]]),
    ),
    "a template's unknown property": ("profile", lambda it: first(it, "templates").update(allowedSolo=True)),
    "two templates for one statement": (
        "profile",
        lambda it: it["templates"].append(copy.deepcopy(first(it, "templates")) | {"id": f"{it['id']}/x"}),
    ),
    "a rule that says nothing": ("profile", lambda it: first(it, "templates")["rules"][0].pop("presence")),
    "a rule that knows another presence": (
        "profile",
        lambda it: first(it, "templates")["rules"][0].update(presence="optional"),
    ),
    "a rule with a filter": (
        "profile",
        lambda it: first(it, "templates")["rules"][0].update(location="$.actor[?(@.name)]"),
    ),
    "a rule that looks anywhere": (
        "profile",
        lambda it: first(it, "templates")["rules"][0].update(location="$..name"),
    ),
    "a rule with a slice": (
        "profile",
        lambda it: first(it, "templates")["rules"][0].update(location="$.a[0:2]"),
    ),
    "a reference to no template": (
        "follow-ups",
        lambda it: it["templates"][1].update(contextStatementRefTemplate=[f"{it['id']}/x"]),
    ),
    "a pattern without a kind": ("follow-ups", lambda it: first(it, "patterns").pop("sequence")),
    "a pattern of two kinds": (
        "follow-ups",
        lambda it: first(it, "patterns").update(optional=first(it, "templates")["id"]),
    ),
    "a sequence of one": ("follow-ups", lambda it: first(it, "patterns")["sequence"].pop()),
    "a primary pattern without a name": ("follow-ups", lambda it: first(it, "patterns").pop("prefLabel")),
    "no primary pattern": ("follow-ups", lambda it: first(it, "patterns").update(primary=False)),
    "a pattern within itself": (
        "follow-ups",
        lambda it: it["patterns"][1].update(zeroOrMore=first(it, "patterns")["id"]),
    ),
    "a pattern of what nobody knows": (
        "follow-ups",
        lambda it: it["patterns"][1].update(zeroOrMore=f"{it['id']}/x"),
    ),
    "alternates that may be nothing": (
        "follow-ups",
        lambda it: first(it, "patterns").update(alternates=first(it, "patterns").pop("sequence")),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_profile_is_found(case: str) -> None:
    name, mutate = BROKEN[case]
    document = copy.deepcopy(DOCUMENTS[name]())
    assert document_faults(document) == []
    mutate(document)
    assert document_faults(document)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_version_asks_of_statements_changes_with_the_version(name: str) -> None:
    newest: Version = VERSIONS[name][0]
    found = digest_of(DOCUMENTS[name]())
    assert found == newest.digest, (
        f"The templates of {newest.id} changed: their digest is {found} now. If that version was released, "
        "put a new one before it (xapi/catalogue/versions.py, xapi/vocabulary.py); else change its digest."
    )


def test_each_part_of_a_templates_judgement_changes_the_digest_and_its_words_do_not() -> None:
    document = copy.deepcopy(profile())
    before = digest_of(document)
    first(document, "templates")["definition"]["en"] = "Other words."
    assert digest_of(document) == before
    mutations: tuple[Callable[[Json], object], ...] = (
        lambda it: it.update(id=f"{it['id']}-2"),
        lambda it: it.update(verb=vocabulary.TAGGED.id),
        lambda it: it.update(objectActivityType=vocabulary.COURSE),
        lambda it: it["rules"].pop(),
    )
    for mutate in mutations:
        changed = copy.deepcopy(document)
        mutate(first(changed, "templates"))
        assert digest_of(changed) != before
