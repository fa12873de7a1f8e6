"""Each event's example, spoiled in each place: the templates refuse it, but for what they leave open.

The mutations are made from the example itself, so a new row of the catalogue, or a new part of a statement,
is tried without anybody writing a line here.
"""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.catalogue.conformance import faults, template_faults
from xapi import vocabulary
from xapi.catalogue import EVENTS, Event, Stands
from xapi.catalogue.examples import example
from xapi.catalogue.extensions import SESSION_ID
from xapi.validation import InvalidStatement, check_statement

Json = dict[str, Any]
Path = tuple[str | int, ...]
Mutations = Iterator[tuple[str, Json]]

# Left open of each event: what a store adds, what says to people what programs know, what an LMS may not say.
OPEN = (
    r"\.id",
    r"\.version",
    r"\.verb\.display(\.en)?",
    r"\.context\.(platform|language)",
    r"\.context\.statement(\.objectType)?",
    r"\.context\.team\.objectType",
    r"\.context\.contextActivities\.(parent|grouping|category)\.[0-9]\.objectType",
    r"\.context\.contextActivities\.grouping\.[0-9]\.definition\.name(\.und)?",
)
OF_COURSE = {"definition": {"type": vocabulary.COURSE}, "id": "https://segue.example/xapi/a/1"}
THING = {"definition": {"type": vocabulary.DOUBT}, "id": "https://segue.example/xapi/a/1"}
PERSON = {"account": {"homePage": "https://lms.example", "name": "ana"}, "objectType": "Agent"}
WORDS = {"en": "What somebody wrote"}
ADDED: dict[str, Any] = {
    ".attachments": [{"usageType": "https://x.example/essay"}],
    ".actor.name": "Ana Ruiz",
    ".actor.mbox": "mailto:ana@example.org",
    ".actor.mbox_sha1sum": "a" * 40,
    ".actor.openid": "https://id.example/ana",
    ".actor.member": [PERSON],
    ".object.definition.description": WORDS,
    ".object.definition.moreInfo": "https://lms.example/course/view.php?id=7",
    ".object.definition.extensions": {"https://x.example/grade": 3},
    ".result.score": {"scaled": 0.5},
    ".result.extensions": {"https://x.example/grade": 3},
    ".context.instructor": PERSON,
    ".context.revision": "7",
    ".context.contextAgents": [{"objectType": "contextAgent", "agent": PERSON}],
    ".context.contextGroups": [{"objectType": "contextGroup", "group": PERSON}],
    ".context.contextActivities.other": [OF_COURSE],
    ".context.team.name": "Herons",
    ".context.team.mbox": "mailto:herons@example.org",
    ".context.team.member": [PERSON],
    ".context.contextActivities.parent.0.definition.name": WORDS,
    ".context.contextActivities.parent.0.definition.description": WORDS,
    ".context.contextActivities.grouping.0.definition.description": WORDS,
    ".context.contextActivities.grouping.0.definition.extensions": {"https://x.example/grade": 3},
}
"""What no statement of ours has, at each place of it."""
BESIDE: dict[str, Json] = {
    "parent": OF_COURSE,
    "grouping": THING,
    "category": {"id": f"{vocabulary.PROFILE}/v0.1"},
}
"""An activity that is not what the others there are."""


def right(name: str) -> Json:
    made: Json = json.loads(example(name))
    return made


def named(path: Path) -> str:
    return "".join(f".{step}" for step in path)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Each member and each item, at whatever depth."""
    found = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in found:
        yield (*path, step)
        yield from places(inner, (*path, step))


def at(statement: Json, path: Path) -> Any:
    found: Any = statement
    for step in path:
        found = found[step]
    return found


def dropped(statement: Json) -> Mutations:
    for path in places(statement):
        made = copy.deepcopy(statement)
        at(made, path[:-1]).pop(path[-1])
        yield named(path), made


def of_another_kind(statement: Json) -> Mutations:
    """Each value becomes one of another type of JSON."""
    for path in places(statement):
        other = 7 if isinstance(at(statement, path), str) else "seven"
        made = copy.deepcopy(statement)
        at(made, path[:-1])[path[-1]] = other
        yield named(path), made


def added(statement: Json) -> Mutations:
    for name, value in ADDED.items():
        made = copy.deepcopy(statement)
        holder: Any = made
        *steps, last = name.split(".")[1:]
        try:
            for step in steps:
                holder = holder[int(step)] if step.isdigit() else holder.setdefault(step, {})
        except (IndexError, KeyError):
            continue
        holder[last] = value
        yield name, made


def joined(statement: Json) -> Mutations:
    for name, activity in BESIDE.items():
        made = copy.deepcopy(statement)
        made["context"]["contextActivities"].setdefault(name, []).append(activity)
        yield name, made


def accepted(mutations: Mutations, event: Event) -> set[str]:
    return {place for place, made in mutations if not list(template_faults(made, event.name))}


def is_valid(statement: Json) -> bool:
    try:
        check_statement(statement)
    except InvalidStatement:
        return False
    return True


def may_be_missing(event: Event) -> list[str]:
    """Patterns of the places that the catalogue says do not always stand."""
    found = [*OPEN]
    found += [
        rf"\.result\.{name}" for name, stands in event.result_of().items() if stands is Stands.SOMETIMES
    ]
    extensions = {it.extension.id: it.stands for it in event.extensions} | {SESSION_ID.id: event.named}
    found += [
        re.escape(f".context.extensions.{iri}") for iri, it in extensions.items() if it is Stands.SOMETIMES
    ]
    if Stands.ALWAYS not in extensions.values():
        found.append(r"\.context\.extensions")
    if event.named is Stands.SOMETIMES:
        found.append(r"\.context\.registration")
    if event.object_is_named:
        found.append(r"\.object\.definition\.name(\.und)?")
    if event.parent is Stands.SOMETIMES:
        found.append(r"\.context\.contextActivities\.parent.*")
    if extensions.get(vocabulary.SUBREGISTRATION) is Stands.SOMETIMES:
        found.append(r"\.context\.contextActivities\.category\.1.*")
    return found


@pytest.mark.parametrize("name", EVENTS)
def test_what_a_statement_always_has_can_not_be_left_out(name: str) -> None:
    event, statement = EVENTS[name], right(name)
    assert list(template_faults(statement, name)) == []
    # What every statement has, such as an activity's id, xAPI itself asks for.
    still_valid = ((place, made) for place, made in dropped(statement) if is_valid(made))
    missing = "|".join(may_be_missing(event))
    assert {it for it in accepted(still_valid, event) if not re.fullmatch(missing, it)} == set()


@pytest.mark.parametrize("name", EVENTS)
def test_what_no_statement_has_can_not_be_put_in(name: str) -> None:
    statement = right(name)
    assert accepted(added(statement), EVENTS[name]) == set()


@pytest.mark.parametrize("name", EVENTS)
def test_each_list_of_activities_takes_no_other_kind(name: str) -> None:
    statement = right(name)
    assert accepted(joined(statement), EVENTS[name]) == set()


@pytest.mark.parametrize("name", EVENTS)
def test_a_value_of_another_type_is_found(name: str) -> None:
    """By the templates, the extensions' schemas or the strict validator."""
    statement = right(name)
    open_text = {".context.platform", ".verb.display.en"}
    found = {place for place, made in of_another_kind(statement) if not faults(made, name)}
    assert found <= open_text


@pytest.mark.parametrize("name", EVENTS)
def test_verb_and_type_are_those_of_the_event_alone(name: str) -> None:
    statement, event = right(name), EVENTS[name]
    verbs = {verb.id for other in EVENTS.values() for verb in other.verbs}
    kinds = {kind for other in EVENTS.values() for kind in other.objects} | {vocabulary.COURSE}
    others = [
        (f"{verb} {kind}", statement | {"verb": {"id": verb}, "object": thing})
        for verb in sorted(verbs)
        for kind in sorted(kinds)
        for thing in [{"objectType": "Activity", "id": "urn:x", "definition": {"type": kind}}]
    ]
    allowed = {f"{verb.id} {kind}" for verb in event.verbs for kind in event.objects}
    assert accepted(iter(others), event) <= allowed


@pytest.mark.parametrize("name", EVENTS)
def test_who_acts_is_one_agent_and_the_tool_where_nobody_is_named(name: str) -> None:
    statement, event = right(name), EVENTS[name]
    group = statement | {"actor": statement["actor"] | {"objectType": "Group"}}
    assert list(template_faults(group, name))
    if event.named is Stands.NEVER:
        assert list(template_faults(statement | {"actor": PERSON}, name))


def test_a_reply_stands_in_its_discussion() -> None:
    statement = right("reply_posted")
    parents = statement["context"]["contextActivities"]["parent"]
    beside = {"id": "urn:y", "definition": {"type": vocabulary.FORUM_REPLY}}
    parents.append(beside)
    assert list(template_faults(statement, "reply_posted")) == []
    parents[:] = [beside]
    assert list(template_faults(statement, "reply_posted"))
