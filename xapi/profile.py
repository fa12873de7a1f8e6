"""The two profiles as JSON-LD documents (xAPI Profiles 1.0), made from the catalogue."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from xapi import vocabulary
from xapi.catalogue import EVENTS, Event
from xapi.catalogue.concepts import ACTIVITY_TYPES, VERBS, Concept
from xapi.catalogue.extensions import MINTED, SUBREGISTRATION
from xapi.catalogue.form import Extension
from xapi.catalogue.templates import template, template_id
from xapi.catalogue.versions import FOLLOW_UPS_VERSIONS, PROFILE_VERSIONS, Version

Json = dict[str, Any]

_AUTHOR: Final = {"type": "Organization", "name": "Segue", "url": "https://segue-lti.github.io/"}
_JUDGED: Final = (
    "id",
    "verb",
    "objectActivityType",
    "contextStatementRefTemplate",
    "rules",
    "primary",
    "sequence",
    "zeroOrMore",
)


@cache
def profile() -> Json:
    """All concepts and a template for each kind of statement.

    It has no patterns: each statement that named it would have to be a part of one (Structure 9.0).
    """
    version = vocabulary.PROFILE_VERSION
    concepts = [
        *(_concept(version, "Verb", verb) for verb in VERBS),
        *(_concept(version, "ActivityType", kind) for kind in ACTIVITY_TYPES),
        *(_extension(version, extension) for extension in MINTED),
    ]
    templates = [template(version, event, verb) for event in EVENTS.values() for verb in event.verbs]
    return _document(
        vocabulary.PROFILE,
        "Segue",
        "Discussing in a course, asking one's peers for help, and carrying what was learned into work.",
        PROFILE_VERSIONS,
    ) | {"concepts": concepts, "templates": templates}


@cache
def follow_ups_profile() -> Json:
    """One pattern, a follow-up's life; each follow-up is a subregistration of its own."""
    version = vocabulary.FOLLOW_UPS_VERSION
    planned, reported = (EVENTS[name] for name in ("follow_up_planned", "outcome_reported"))
    of_plan, of_report = _part(version, planned), _part(version, reported)
    # A report is one only where its plan was recorded (Structure 8.0, contextStatementRefTemplate).
    of_report["contextStatementRefTemplate"] = [of_plan["id"]]
    of_report["rules"].append({"location": "$.context.statement.id", "presence": "included"})
    return _document(
        vocabulary.FOLLOW_UPS_PROFILE,
        "Segue: follow-ups",
        "What a learner plans to do at work with what they learned, and what they report of it.",
        FOLLOW_UPS_VERSIONS,
    ) | {"templates": [of_plan, of_report], "patterns": _patterns(version, of_plan, of_report)}


def digest_of(document: Json) -> str:
    """Of all that decides whether a statement conforms: templates without their words, and patterns."""
    judged = [
        {key: part[key] for key in _JUDGED if key in part}
        for part in (*document.get("templates", ()), *document.get("patterns", ()))
    ]
    text = json.dumps(judged, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _part(version: str, event: Event) -> Json:
    made = template(version, event, event.verbs[0])
    location = f"$.context.extensions['{SUBREGISTRATION.id}']"
    rules = [rule for rule in made["rules"] if rule["location"] != location]
    rules += [
        {"location": f"{location}[*].profile", "presence": "included", "any": [version]},
        {"location": f"{location}[*].subregistration", "presence": "included"},
    ]
    return made | {"rules": rules}


def _patterns(version: str, planned: Json, reported: Json) -> list[Json]:
    reports = f"{version}/patterns/reports"
    return [
        {
            "id": f"{version}/patterns/follow-up",
            "type": "Pattern",
            "primary": True,
            "inScheme": version,
            "prefLabel": {"en": "A follow-up"},
            "definition": {"en": "It is planned once, then reported on any number of times."},
            "sequence": [planned["id"], reports],
        },
        {
            "id": reports,
            "type": "Pattern",
            "primary": False,
            "inScheme": version,
            "prefLabel": {"en": "Reports"},
            "definition": {"en": "What came of the plan; the last one is how it stands."},
            "zeroOrMore": reported["id"],
        },
    ]


def _document(id: str, label: str, definition: str, versions: Sequence[Version]) -> Json:  # noqa: A002
    return {
        "@context": "https://w3id.org/xapi/profiles/context",
        "id": id,
        "type": "Profile",
        "conformsTo": "https://w3id.org/xapi/profiles#1.0",
        "prefLabel": {"en": label},
        "definition": {"en": definition},
        "author": _AUTHOR,
        "versions": [
            {"id": version.id, "generatedAtTime": version.generated_at}
            | ({"wasRevisionOf": [earlier.id]} if earlier else {})
            for version, earlier in zip(versions, (*versions[1:], None), strict=True)
        ],
    }


def _concept(version: str, kind: str, concept: Concept) -> Json:
    made = _labelled(version, kind, concept)
    if concept.broad_match:
        made["broadMatch"] = list(concept.broad_match)
    if concept.related_match:
        made["relatedMatch"] = list(concept.related_match)
    return made


def _extension(version: str, extension: Extension) -> Json:
    verbs = sorted(
        {
            verb.id
            for event in EVENTS.values()
            for carried in event.extensions
            for verb in event.verbs
            if carried.extension is extension and carried.only_with in {None, verb}
        }
    )
    return _labelled(version, "ContextExtension", extension) | {
        "recommendedVerbs": verbs,
        "inlineSchema": json.dumps(dict(extension.schema)),
    }


def _labelled(version: str, kind: str, named: Concept | Extension) -> Json:
    return {
        "id": named.id,
        "type": kind,
        "inScheme": version,
        "prefLabel": {"en": named.label},
        "definition": {"en": named.definition},
    }


__all__ = ["digest_of", "follow_ups_profile", "profile", "template_id"]
