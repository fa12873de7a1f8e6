"""Contexts: related activities, people and statements (xAPI 1.0.3, Data 2.4.6; IEEE 9274.1.1, 4.2.2.5)."""

from collections.abc import Callable

from xapi.validation import formats
from xapi.validation.activities import check_activity
from xapi.validation.actors import check_actor, check_agent, check_group
from xapi.validation.errors import InvalidStatement, child
from xapi.validation.shapes import check_extensions, check_format, check_list, check_object

_CONTEXT_1_0 = frozenset(
    {
        "registration",
        "instructor",
        "team",
        "contextActivities",
        "revision",
        "platform",
        "language",
        "statement",
        "extensions",
    }
)
_CONTEXT_2_0 = _CONTEXT_1_0 | {"contextAgents", "contextGroups"}
_ACTIVITY_LISTS = frozenset({"parent", "grouping", "category", "other"})
_STATEMENT_REF = frozenset({"objectType", "id"})


def check_context(value: object, path: str, *, about_activity: bool, version: str) -> None:
    """InvalidStatement unless `value` is a context.

    `about_activity` says whether the statement's object is an activity: only then may the context have a
    platform and a revision. `version` is the statement's; contextAgents and contextGroups came with 2.0.0.
    """
    allowed = _CONTEXT_2_0 if version == "2.0.0" else _CONTEXT_1_0
    context = check_object(value, path, allowed=allowed)
    check_format(context, path, "registration", formats.UUID)
    check_format(context, path, "language", formats.LANGUAGE_TAG)
    for key in ("platform", "revision"):
        check_format(context, path, key, formats.TEXT)
        if key in context and not about_activity:
            raise InvalidStatement(child(path, key), "is only for a statement whose object is an Activity")
    if "instructor" in context:
        check_actor(context["instructor"], child(path, "instructor"))
    if "team" in context:
        check_group(context["team"], child(path, "team"))
    if "contextActivities" in context:
        _check_activities(context["contextActivities"], child(path, "contextActivities"))
    if "statement" in context:
        check_statement_ref(context["statement"], child(path, "statement"))
    for key, kind, part, check in (
        ("contextAgents", "contextAgent", "agent", check_agent),
        ("contextGroups", "contextGroup", "group", check_group),
    ):
        if key in context:
            _check_related(context[key], child(path, key), kind=kind, part=part, check=check)
    check_extensions(context, path)


def check_statement_ref(value: object, path: str) -> None:
    reference = check_object(value, path, allowed=_STATEMENT_REF, required=("objectType", "id"))
    if reference["objectType"] != "StatementRef":
        raise InvalidStatement(child(path, "objectType"), "must be StatementRef")
    check_format(reference, path, "id", formats.UUID)


def _check_activities(value: object, path: str) -> None:
    lists = check_object(value, path, allowed=_ACTIVITY_LISTS)
    for key, found in lists.items():
        place = child(path, key)
        # A single object is how 0.95 said it, and still allowed (Data 2.4.6.2).
        if isinstance(found, dict):
            check_activity(found, place)
            continue
        for index, activity in enumerate(check_list(found, place)):
            check_activity(activity, child(place, index))


def _check_related(
    value: object, path: str, *, kind: str, part: str, check: Callable[[object, str], None]
) -> None:
    allowed = frozenset({"objectType", "relevantTypes", part})
    for index, item in enumerate(check_list(value, path)):
        place = child(path, index)
        related = check_object(item, place, allowed=allowed, required=("objectType", part))
        if related["objectType"] != kind:
            raise InvalidStatement(child(place, "objectType"), f"must be {kind}")
        check(related[part], child(place, part))
        if "relevantTypes" in related:
            _check_relevant_types(related["relevantTypes"], child(place, "relevantTypes"))


def _check_relevant_types(value: object, path: str) -> None:
    types = check_list(value, path)
    if not types:
        raise InvalidStatement(path, "must not be empty")
    for index, found in enumerate(types):
        if not isinstance(found, str) or not formats.is_iri(found):
            raise InvalidStatement(child(path, index), formats.IRI.rule)
