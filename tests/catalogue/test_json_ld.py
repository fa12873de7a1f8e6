"""Both profiles read by a JSON-LD processor: nothing is lost, and all that is named has an absolute IRI.

"When a profile is serialized into JSON, it MUST be consistent with what would be produced by the standard
JSON-LD 1.1 Processing Algorithms and API Compaction Algorithm" (xAPI Profiles 1.0, Structure 2.0).
"""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from pyld import jsonld

from xapi.profile import follow_ups_profile, profile

Json = dict[str, Any]

DOCUMENTS: dict[str, Callable[[], Json]] = {"profile": profile, "follow-ups": follow_ups_profile}
ADDRESS: Final = "https://w3id.org/xapi/profiles/context"
PROFILE: Final = "https://w3id.org/xapi/profiles/ontology#"
XAPI: Final = "https://w3id.org/xapi/ontology#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
PROV: Final = "http://www.w3.org/ns/prov#"
SCHEMA: Final = "http://schema.org/"
BOOLEAN: Final = "http://www.w3.org/2001/XMLSchema#boolean"


def _terms(namespace: str, names: str, **more: str) -> Json:
    return {
        name: {"@id": namespace + name} | {f"@{key}": value for key, value in more.items()}
        for name in names.split()
    }


# What the context at ADDRESS says of the terms in the tables of Structure 6 to 9; no test may fetch it.
CONTEXT: Final[Json] = {
    "id": "@id",
    "type": "@type",
    **_terms(PROFILE, "Profile StatementTemplate Pattern"),
    **_terms(XAPI, "Verb ActivityType ContextExtension ResultExtension ActivityExtension"),
    **_terms(SCHEMA, "Organization Person author name url"),
    **_terms(SKOS, "prefLabel definition", container="@language"),
    **_terms(SKOS, "inScheme", type="@id"),
    **_terms(SKOS, "broader broadMatch narrower narrowMatch", type="@id", container="@set"),
    **_terms(SKOS, "related relatedMatch exactMatch", type="@id", container="@set"),
    **_terms("http://purl.org/dc/terms/", "conformsTo", type="@id"),
    **_terms("http://www.w3.org/2000/01/rdf-schema#", "seeAlso", type="@id"),
    **_terms(PROV, "wasRevisionOf", type="@id", container="@set"),
    **_terms(PROV, "generatedAtTime", type="https://www.w3.org/TR/xmlschema11-2/#dateTimeStamp"),
    **_terms(PROFILE, "versions concepts templates patterns rules any all none", container="@set"),
    **_terms(PROFILE, "location selector presence inlineSchema"),
    **_terms(PROFILE, "deprecated primary", type=BOOLEAN),
    **_terms(PROFILE, "schema context verb objectActivityType optional oneOrMore zeroOrMore", type="@id"),
    **_terms(
        PROFILE,
        "recommendedActivityTypes recommendedVerbs alternates attachmentUsageType contextGroupingActivityType"
        " contextParentActivityType contextOtherActivityType contextCategoryActivityType"
        " objectStatementRefTemplate contextStatementRefTemplate",
        type="@id",
        container="@set",
    ),
    **_terms(PROFILE, "sequence", type="@id", container="@list"),
}  # fmt: skip
_ABSOLUTE: Final = re.compile(r"https?://[^\s/]+/\S+")


def _load(address: str, _options: object) -> Json:
    assert address == ADDRESS, f"a profile has one context, not {address}"
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": {"@context": CONTEXT},
    }


OPTIONS: Final = {"documentLoader": _load, "processingMode": "json-ld-1.1"}


def lost(document: Json) -> list[str]:
    """What is otherwise, or gone, in a document that was read and written again."""
    again = jsonld.compact(jsonld.expand(document, OPTIONS), ADDRESS, OPTIONS)
    return list(_differences(document, again, "$"))


def _differences(one: Any, other: Any, place: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        yield from (f"{place}.{key} is gone, or new" for key in one.keys() ^ other.keys())
        for key in one.keys() & other.keys():
            yield from _differences(one[key], other[key], f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        # Those are sets, but for the sequence of a pattern; what has an id is found by it.
        if place.endswith(".sequence"):
            pairs = list(zip(one, other, strict=True))
        else:
            pairs = list(zip(sorted(one, key=_order), sorted(other, key=_order), strict=True))
        for number, (left, right) in enumerate(pairs):
            yield from _differences(left, right, f"{place}[{number}]")
    elif one != other:
        yield f"{place}: {one!r} became {other!r}"


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def vague(document: Json) -> list[str]:
    """Names that are no absolute IRI, of things, of their types and of their properties."""
    found: set[str] = set()
    for node in jsonld.flatten(document, None, OPTIONS):
        names = [node["@id"], *node.get("@type", ())]
        for name, values in node.items():
            if name.startswith("@"):
                continue
            names.append(name)
            for value in values:
                names += [item["@id"] for item in value.get("@list", [value]) if "@id" in item]
        found |= {name for name in names if not _ABSOLUTE.fullmatch(name) and not name.startswith("_:")}
    return sorted(found)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_profile_read_and_written_by_a_processor_is_the_same(name: str) -> None:
    assert lost(DOCUMENTS[name]()) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_all_that_a_profile_names_has_an_absolute_iri(name: str) -> None:
    assert vague(DOCUMENTS[name]()) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_concept_template_and_pattern_is_a_node_with_its_type_and_all_its_properties(name: str) -> None:
    document = DOCUMENTS[name]()
    nodes = {node["@id"]: node for node in jsonld.flatten(document, None, OPTIONS)}
    parts = [(key, part) for key in ("concepts", "templates", "patterns") for part in document.get(key, ())]
    assert parts
    for key, part in parts:
        node = nodes[part["id"]]
        assert node["@type"] == [CONTEXT[part["type"]]["@id"]]
        assert set(node) == {"@id", "@type", *(CONTEXT[it]["@id"] for it in part.keys() - {"id", "type"})}
        assert {"@id": part["id"]} in nodes[document["id"]][PROFILE + key]
        assert node[SKOS + "inScheme"] == [{"@id": document["versions"][0]["id"]}]
        for rule in part.get("rules", ()):
            assert {"@value": rule["location"]} in [
                value
                for of_rule in node[PROFILE + "rules"]
                for value in nodes[of_rule["@id"]][PROFILE + "location"]
            ]
    assert nodes[document["id"]]["@type"] == [PROFILE + "Profile"]


BROKEN: dict[str, Callable[[Json], object]] = {
    "a property that no table has": lambda it: it["templates"][0].update(mood="calm"),
    "a word without a language": lambda it: it["templates"][0].update(prefLabel="Launched"),
    "one value where a set stands": lambda it: it["templates"][0]["rules"][4].update(any="x"),
    "a null": lambda it: it["templates"][0].update(verb=None),
    "a verb by its name": lambda it: it["templates"][0].update(verb="launched"),
    "an id that is relative": lambda it: it["templates"][0].update(id="templates/launched"),
    "a type that no table has": lambda it: it["templates"][0].update(type="Recipe"),
    "a sequence in another order": lambda it: it.get("patterns", [it])[0].update(sequence=[1, 2]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_a_processor_would_lose_is_found(case: str) -> None:
    document = copy.deepcopy(follow_ups_profile())
    BROKEN[case](document)
    assert lost(document) or vague(document)
