"""Statements made by hand, to count by hand."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from lti_tool.demo.lms.analyst.acts import Act, read_act
from xapi import vocabulary

TOOL, LMS = "http://tool.test", "http://lms.test"
MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
COURSE = f"{TOOL}/xapi/a/course"
_numbers: Iterator[int] = count(1)


def thing(name: str, kind: str) -> dict[str, Any]:
    return {"id": f"{TOOL}/xapi/a/{name}", "definition": {"type": kind}}


def statement(
    who: str,
    verb: vocabulary.Verb,
    target: dict[str, Any],
    *,
    hours: float = 0,
    anonymous: bool = False,
    parents: Sequence[str] = (),
    refers_to: str = "",
    course: str = COURSE,
    course_name: str = "Giving feedback",
    outcome: str = "",
    due: str = "",
    **more: Any,
) -> dict[str, Any]:
    """`hours` after Monday 4 May 2026, 00:00 UTC; stored in the order in which they are made."""
    number = next(_numbers)
    extensions = {vocabulary.OUTCOME: outcome, vocabulary.DUE_DATE: due}
    context: dict[str, Any] = {
        "contextActivities": {
            "grouping": [
                {"id": course, "definition": {"type": vocabulary.COURSE, "name": {"en": course_name}}},
                thing("placement", vocabulary.RESOURCE_LINK),
            ],
            "parent": [{"id": f"{TOOL}/xapi/a/{name}"} for name in parents],
        },
        "extensions": {key: value for key, value in extensions.items() if value},
    }
    if not anonymous:
        context["registration"] = "6f9b1a0e-54d5-4a3c-9b57-2f7f3c1f6f5e"
    if refers_to:
        context["statement"] = {"objectType": "StatementRef", "id": refers_to}
    at = MONDAY + timedelta(hours=hours)
    stored = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(seconds=number)
    return {
        "id": str(UUID(int=number)),
        "actor": {"account": {"homePage": TOOL if anonymous else LMS, "name": who}},
        "verb": {"id": verb.id},
        "object": target,
        "context": context,
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "stored": stored.isoformat().replace("+00:00", "Z"),
    } | more


def act(*words: Any, **more: Any) -> Act:
    found = read_act(statement(*words, **more), tool_url=TOOL)
    assert found
    return found


def topic(name: str, who: str, **more: Any) -> Act:
    return act(who, vocabulary.POSTED, thing(name, vocabulary.FORUM_TOPIC), parents=["placement"], **more)


def reply(name: str, who: str, to: Act, *parents: Act, **more: Any) -> Act:
    """A reply to an act's post, which stands in `parents`, the thread first."""
    names = [one.object.rpartition("/")[2] for one in (*parents, to)]
    kind = thing(name, vocabulary.FORUM_REPLY)
    return act(who, vocabulary.REPLIED, kind, parents=names, refers_to=to.id, **more)


def doubt(name: str, who: str, **more: Any) -> Act:
    return act(who, vocabulary.ASKED, thing(name, vocabulary.DOUBT), parents=["placement"], **more)


def solution(name: str, who: str, to: Act, **more: Any) -> Act:
    kind = thing(name, vocabulary.SOLUTION)
    parents = [to.object.rpartition("/")[2]]
    return act(who, vocabulary.REPLIED, kind, parents=parents, refers_to=to.id, **more)


def about(verb: vocabulary.Verb, who: str, it: Act, **more: Any) -> Act:
    """Something that is done with a thing that is there already."""
    return act(who, verb, {"id": it.object, "definition": {"type": it.kind}}, refers_to=it.id, **more)


def plan(name: str, who: str = "ana", **more: Any) -> Act:
    return act(who, vocabulary.PLANNED, thing(name, vocabulary.WORKPLACE_ACTION), **more)


def report(of: Act, outcome: str, **more: Any) -> Act:
    return about(vocabulary.REPORTED, of.actor.account, of, outcome=outcome, **more)
