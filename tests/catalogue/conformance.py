"""Whether statements are what the catalogue and the profiles say: every statement of every test is checked.

`check_kept` reads what was recorded in a database, and kept or deleted since (told.py): conftest.py has it
look at each test's before the next one begins.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from jsonpath_ng import JSONPath
from jsonpath_ng.ext import parse
from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import Connection

from lti_tool.core.db import make_engine
from tests.catalogue.told import told
from xapi import vocabulary
from xapi.catalogue import EVENTS, Extension
from xapi.catalogue.extensions import SESSION_ID
from xapi.profile import follow_ups_profile, profile, template_id
from xapi.validation import InvalidStatement, check_statement

Json = dict[str, Any]

# What differs between two statements of the same form. Its own form the strict validator looks at once.
_VARIES = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)?"
    r'|(?<="name":")[^"\\]+(?=")'
    r"|(?<=\"duration\":\")PT[0-9HMS]+"
)
_KNOWN: dict[tuple[str, str], tuple[str, list[str]]] = {}
"""Of each form that was seen in this process: one statement, and what is wrong with it."""


class NonconformingError(AssertionError):
    """A test made a statement that is not what the catalogue or a profile says."""


def seen() -> list[str]:
    """One statement of each right form that this process has looked at, as JSON text, for others to judge."""
    return [body for body, found in _KNOWN.values() if not found]


def check_kept(connection: Connection) -> None:
    """Raise NonconformingError where a statement that was recorded in this database is wrong."""
    check_bodies(told(connection))


def check_database(url: str) -> None:
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            check_kept(connection)
    finally:
        engine.dispose()


def check_bodies(recorded: Iterable[tuple[str, str]]) -> None:
    """Of each statement its event's name and its text."""
    found: set[str] = set()
    parts: list[Json] = []
    for event, body in recorded:
        found.update(f"{event}: {fault}" for fault in _faults_of_form(event, body))
        if vocabulary.SUBREGISTRATION in body:
            parts.append(json.loads(body))
    found.update(pattern_faults(parts))
    if found:
        raise NonconformingError("\n".join(sorted(found)))


def _faults_of_form(event: str, body: str) -> list[str]:
    form = (event, _VARIES.sub("·", body))
    if form not in _KNOWN:
        _KNOWN[form] = (body, faults(json.loads(body), event))
    return _KNOWN[form][1]


def faults(statement: Json, event: str) -> list[str]:
    """All that is wrong with a statement of this event; one that voids another is of no profile."""
    try:
        check_statement(statement, version="2.0.0" if statement.get("version") == "2.0.0" else "1.0.3")
    except InvalidStatement as error:
        return [f"not valid: {error}"]
    if statement["verb"]["id"] == vocabulary.VOIDED.id:
        return [] if _categories(statement) == [] else ["a void is of no profile"]
    if event not in EVENTS:
        return ["not in the catalogue"]
    return [
        *template_faults(statement, event),
        *_extension_faults(statement, event),
        *_unnamed_faults(statement),
    ]


def template_faults(statement: Json, event: str) -> Iterator[str]:
    """What the profiles' templates say against it; it need be no valid statement."""
    named = _categories(statement)
    if vocabulary.PROFILE_VERSION not in named:
        yield "it does not name the profile's version"
    for version, templates in _templates().items():
        if version not in named:
            continue
        matching = [template for template in templates if is_determined(template, statement)]
        if len(matching) != 1:
            yield f"it matches {len(matching)} templates of {version}"
        for template in matching:
            if template["id"] not in {template_id(version, EVENTS[event], v) for v in EVENTS[event].verbs}:
                yield f"it matches {template['id']}"
            for rule in template["rules"]:
                if not follows(rule, statement):
                    yield f"{template['id']} says {rule}"


def _extension_faults(statement: Json, event: str) -> Iterator[str]:
    known = {carried.extension.id: carried.extension for carried in EVENTS[event].extensions}
    known[SESSION_ID.id] = SESSION_ID
    for iri, value in statement["context"].get("extensions", {}).items():
        if iri not in known:
            yield f"{iri} is no extension of it"
        elif not _schema(known[iri]).is_valid(value):
            yield f"{iri} has the value {value!r}"


def _unnamed_faults(statement: Json) -> Iterator[str]:
    """What leads to a launch stands altogether, or not at all where nobody is named."""
    context = statement["context"]
    if "registration" in context:
        return
    leading = {"language", "team"} & set(context)
    if SESSION_ID.id in context.get("extensions", {}):
        leading.add("session")
    if leading:
        yield f"nobody is named, but there is {sorted(leading)}"


def pattern_faults(statements: Iterable[Json]) -> Iterator[str]:
    """Each follow-up: one registration, planned first, then reported; no two at the same time."""
    by_part: dict[str, list[Json]] = defaultdict(list)
    for statement in statements:
        for part in statement["context"]["extensions"][vocabulary.SUBREGISTRATION]:
            by_part[part["subregistration"]].append(statement)
    for part, members in by_part.items():
        members.sort(key=lambda member: str(member["timestamp"]))
        verbs = [member["verb"]["id"] for member in members]
        reports = [vocabulary.REPORTED.id] * (len(verbs) - 1)
        if verbs != [vocabulary.PLANNED.id, *reports]:
            yield f"{part} is no follow-up: {verbs}"
        if len({member["context"]["registration"] for member in members}) != 1:
            yield f"{part} has several registrations"
        if len({member["timestamp"] for member in members}) != len(members):
            yield f"{part} has two statements of one moment"


def is_determined(template: Json, statement: Json) -> bool:
    """Whether the statement has the template's determining properties."""
    kind = statement.get("object", {}).get("definition", {}).get("type")
    verb = statement.get("verb", {}).get("id")
    return template["verb"] == verb and template.get("objectActivityType") in {None, kind}


def follows(rule: Mapping[str, Any], statement: Json) -> bool:
    """Whether a statement follows a template's rule (xAPI Profiles 1.0, Structure 8.1); without selectors."""
    values = found_at(rule["location"], statement)
    presence = rule.get("presence")
    if presence == "excluded":
        return not values
    if not values:
        return presence == "recommended"
    return (
        any(value in rule.get("any", values) for value in values)
        and all(value in rule.get("all", values) for value in values)
        and not any(value in rule.get("none", ()) for value in values)
    )


def found_at(location: str, statement: Json) -> list[Any]:
    """The values at a JSONPath. Several of them, joined by `|`, find the values of each (Structure 8.1)."""
    return [match.value for path in _paths(location) for match in path.find(statement)]


@cache
def _paths(location: str) -> tuple[JSONPath, ...]:
    # jsonpath-ng's own union takes the first that finds anything, and is about to leave.
    return tuple(parse(part.strip()) for part in location.split("|"))


@cache
def _schema(extension: Extension) -> Draft202012Validator:
    return Draft202012Validator(dict(extension.schema), format_checker=FormatChecker())


@cache
def _templates() -> dict[str, list[Json]]:
    return {
        vocabulary.PROFILE_VERSION: profile()["templates"],
        vocabulary.FOLLOW_UPS_VERSION: follow_ups_profile()["templates"],
    }


def _categories(statement: Json) -> list[str]:
    activities = statement.get("context", {}).get("contextActivities", {})
    return [str(one.get("id")) for one in activities.get("category", ())]
