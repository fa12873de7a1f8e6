"""The validator against judged statements, changes to a full statement, and what JSON cannot hold."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xapi.validation import InvalidStatement, check_statement
from xapi.validation.json_values import MAX_DEPTH
from xapi.validation.timestamps import parse_timestamp

DATA = Path(__file__).parent
# Statements with a verdict, made for comparing validators.
JUDGED = json.loads((DATA / "statement-cases.json").read_text())
# A statement with nearly everything in it, and changes to it: `path` with its new `value`, or without one
# when it is taken away; some are whole statements instead. `refused_at` is where, null for not at all.
TABLE = json.loads((DATA / "statement-changes.json").read_text())
FULL: dict[str, Any] = TABLE["full"]
CHANGES = TABLE["changes"]

MISSING = object()
CONTEXT_AGENT = {"objectType": "contextAgent", "agent": {"mbox": "mailto:b@c.example"}}


def changed(path: str, value: object) -> dict[str, Any]:
    """FULL with the property at a dotted path replaced, or taken away when `value` is MISSING."""
    statement = copy.deepcopy(FULL)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    container: Any = statement
    for key in parents:
        container = container[key]
    if value is MISSING:
        del container[last]
    else:
        container[last] = value
    return statement


def least(**more: object) -> dict[str, Any]:
    """The shortest statement there is, and `more`."""
    actor = {"mbox": "mailto:b@c.example"}
    return {
        "actor": actor,
        "verb": {"id": "https://t.example/v"},
        "object": {"id": "https://t.example/f"},
    } | more


@pytest.mark.parametrize("case", JUDGED, ids=[case["name"] for case in JUDGED])
def test_judged_statements(case: dict[str, Any]) -> None:
    if case["valid"]:
        check_statement(case["statement"])
    else:
        with pytest.raises(InvalidStatement):
            check_statement(case["statement"])


@pytest.mark.parametrize("change", CHANGES, ids=[change["name"] for change in CHANGES])
def test_changed_statements(change: dict[str, Any]) -> None:
    if "statement" in change:
        statement = change["statement"]
    else:
        statement = changed(change["path"], change.get("value", MISSING))
    if change["refused_at"] is None:
        check_statement(statement)
        return
    with pytest.raises(InvalidStatement) as caught:
        check_statement(statement)
    assert caught.value.path == change["refused_at"]
    assert caught.value.reason
    assert str(caught.value) == f"{caught.value.path}: {caught.value.reason}"


def test_the_tables_are_whole() -> None:
    check_statement(FULL)
    assert len(JUDGED) == 46
    assert sum(change["refused_at"] is None for change in CHANGES) > 40
    assert sum(change["refused_at"] is not None for change in CHANGES) > 120
    assert len({change["name"] for change in CHANGES}) == len(CHANGES)


BEYOND_JSON: dict[str, tuple[object, str]] = {
    "scaled is NaN": (changed("result.score.scaled", float("nan")), "$.result.score.scaled"),
    "raw is infinite": (changed("result.score.raw", float("inf")), "$.result.score.raw"),
    "NaN in an extension": (
        changed("context.extensions", {"https://t.example/x": [float("nan")]}),
        '$.context.extensions["https://t.example/x"][0]',
    ),
    "half a surrogate pair": (changed("result.response", "\ud800"), "$.result.response"),
    "half a surrogate pair in a name": (
        changed("context.extensions", {"https://t.example/\ud800": 1}),
        '$.context.extensions["https://t.example/\\ud800"]',
    ),
    "a date object": (changed("timestamp", datetime(2026, 11, 23, tzinfo=UTC)), "$.timestamp"),
    "a name that is a number": ({1: 2}, "$[1]"),
    "a name that is nothing": ({None: 2}, "$[?]"),
}


@pytest.mark.parametrize("name", BEYOND_JSON)
def test_what_no_json_holds_is_refused(name: str) -> None:
    statement, path = BEYOND_JSON[name]
    with pytest.raises(InvalidStatement) as caught:
        check_statement(statement)
    assert caught.value.path == path


def test_the_statements_own_version_decides() -> None:
    modern = least(context={"contextAgents": [CONTEXT_AGENT]})
    check_statement(modern, version="2.0.0")
    with pytest.raises(InvalidStatement):
        check_statement(modern)
    with pytest.raises(InvalidStatement):
        check_statement(modern | {"version": "1.0.3"}, version="2.0.0")
    with pytest.raises(ValueError, match="version to check against"):
        check_statement(modern, version="0.9")


def nested(depth: int) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value]
    return value


def test_hostile_nesting_is_refused_and_not_a_crash() -> None:
    value: Any = {}
    for _ in range(10_000):
        value = {"objectType": "SubStatement", "object": value}
    hostile = changed("context.extensions", {"https://t.example/x": nested(10_000)})
    for statement in (nested(10_000), value, least(object=value), hostile):
        with pytest.raises(InvalidStatement, match="nested"):
            check_statement(statement)


def test_the_depth_allowed_is_that_of_the_statement() -> None:
    # The statement, its context and the extensions are levels too.
    check_statement(changed("context.extensions", {"https://t.example/x": nested(MAX_DEPTH - 3)}))
    with pytest.raises(InvalidStatement, match="nested"):
        check_statement(changed("context.extensions", {"https://t.example/x": nested(MAX_DEPTH - 2)}))


def test_size_is_no_reason_to_refuse() -> None:
    check_statement(changed("result.response", "ä" * 1_000_000))
    check_statement(changed("result.score", {"raw": 10**5000, "max": 10**5001}))


def test_a_long_unknown_name_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidStatement) as caught:
        check_statement({"x" * 1_000_000: 1})
    assert len(str(caught.value)) < 200


def test_a_timestamp_is_read_as_an_instant_in_utc() -> None:
    assert parse_timestamp("2026-11-23T10:00:00.1234567+05:30") == datetime(
        2026, 11, 23, 4, 30, 0, 123456, tzinfo=UTC
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["Activity", "Group", "SubStatement", "https://t.example/x", "en"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(sorted({*FULL, *FULL["context"], *FULL["object"], *FULL["actor"], "x"})),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


def paths(value: object, path: str = "") -> list[str]:
    """The paths of everything below `value` that can be spelled with dots."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, item in items:
        if "." not in str(key):
            below = f"{path}.{key}".lstrip(".")
            found += [below, *paths(item, below)]
    return found


def refusal(statement: object, version: str) -> str | None:
    """The path at which a statement is refused, or None; every other exception passes through."""
    try:
        check_statement(statement, version=version)
    except InvalidStatement as error:
        return error.path
    return None


@settings(deadline=None)
@given(JSON, st.sampled_from(["1.0.3", "2.0.0"]))
def test_any_json_that_is_no_statement_is_refused(value: object, version: str) -> None:
    path = refusal(value, version)
    assert path is not None
    assert path.startswith("$")


@settings(deadline=None)
@given(st.sampled_from(paths(FULL)), JSON)
def test_any_change_to_a_statement_passes_or_is_refused(path: str, value: object) -> None:
    assert (refusal(changed(path, value), "1.0.3") or "$").startswith("$")
