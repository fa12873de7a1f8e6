import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xapi.comparison import same_statement

BASE: dict[str, Any] = {
    "id": "ccb0be40-c113-4ccf-ba27-e76945043e86",
    "actor": {
        "objectType": "Group",
        "member": [
            {"mbox": "mailto:Ann@Example.org"},
            {"account": {"homePage": "https://lms.example", "name": "u1"}},
            {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"},
        ],
    },
    "verb": {"id": "https://t.example/v", "display": {"en": "did"}},
    "object": {"objectType": "Activity", "id": "https://t.example/a", "definition": {"name": {"en": "A"}}},
    "result": {"success": True, "duration": "PT1.234S", "score": {"raw": 1}},
    "context": {
        "registration": "21f00c77-1880-4ca5-b0a9-8282c8d5097d",
        "language": "en-gb",
        "instructor": {"mbox": "mailto:i@example.org"},
        "contextActivities": {"parent": [{"id": "https://t.example/p"}, {"id": "https://t.example/q"}]},
        "statement": {"objectType": "StatementRef", "id": "9873d2d7-7512-4561-8c6e-03cf5b24fdef"},
        "extensions": {"https://t.example/x": {"a": [1, True, "t"]}},
        "contextAgents": [{"objectType": "contextAgent", "agent": {"mbox": "mailto:c@example.org"}}],
    },
    "timestamp": "2026-11-23T10:00:00.123Z",
    "version": "1.0.0",
}
SUB = {
    "objectType": "SubStatement",
    "actor": {"mbox": "mailto:s@example.org"},
    "verb": {"id": "https://t.example/v", "display": {"en": "do"}},
    "object": {"id": "https://t.example/a"},
    "timestamp": "2026-11-24T00:00:00Z",
}

Change = Callable[[dict[str, Any]], object]


def put(*keys: str | int, value: object) -> Change:
    def change(statement: dict[str, Any]) -> None:
        container: Any = statement
        for key in keys[:-1]:
            container = container[key]
        container[keys[-1]] = value

    return change


def drop(*keys: str) -> Change:
    def change(statement: dict[str, Any]) -> None:
        container = statement
        for key in keys[:-1]:
            container = container[key]
        del container[keys[-1]]

    return change


SAME: dict[str, Change] = {
    "nothing": lambda _: None,
    "stored": put("stored", value="2026-11-23T10:00:01Z"),
    "authority": put("authority", value={"mbox": "mailto:lrs@example.org"}),
    "version": put("version", value="1.0.3"),
    "version left out": drop("version"),
    "id assigned": drop("id"),
    "id in upper case": put("id", value="CCB0BE40-C113-4CCF-BA27-E76945043E86"),
    "timestamp assigned": drop("timestamp"),
    "timestamp with an offset": put("timestamp", value="2026-11-23T15:30:00.123000+05:30"),
    "verb display": put("verb", "display", value={"de": "tat"}),
    "verb display left out": drop("verb", "display"),
    "definition": put("object", "definition", value={"name": {"en": "B"}}),
    "definition left out": drop("object", "definition"),
    "default type left out": drop("object", "objectType"),
    "default type of a member": put("actor", "member", 0, "objectType", value="Agent"),
    "default type of the instructor": put("context", "instructor", "objectType", value="Agent"),
    "default type of a related agent": put(
        "context", "contextAgents", 0, "agent", "objectType", value="Agent"
    ),
    "default type of a related activity": put(
        "context", "contextActivities", "parent", 0, "objectType", value="Activity"
    ),
    "definition of a related activity": put(
        "context", "contextActivities", "parent", 0, "definition", value={"name": {"en": "P"}}
    ),
    "order of members": lambda statement: statement["actor"]["member"].reverse(),
    "domain in lower case": put("actor", "member", 0, "mbox", value="mailto:Ann@example.org"),
    "hash in upper case": put(
        "actor", "member", 2, "mbox_sha1sum", value="EBD31E95054C018B10727CCFFD2EF2EC3A016EE9"
    ),
    "registration in upper case": put(
        "context", "registration", value="21F00C77-1880-4CA5-B0A9-8282C8D5097D"
    ),
    "language in another case": put("context", "language", value="en-GB"),
    "reference in upper case": put(
        "context", "statement", "id", value="9873D2D7-7512-4561-8C6E-03CF5B24FDEF"
    ),
    "duration beyond hundredths": put("result", "duration", value="PT1.23999S"),
    "attachments": put("attachments", value=[{"usageType": "https://t.example/u"}]),
    "whole number as a float": put("result", "score", "raw", value=1.0),
}

DIFFERENT: dict[str, Change] = {
    "another id": put("id", value="9873d2d7-7512-4561-8c6e-03cf5b24fdef"),
    "another instant": put("timestamp", value="2026-11-23T10:00:00.124Z"),
    "timestamp that is none": put("timestamp", value="yesterday"),
    "another verb": put("verb", "id", value="https://t.example/w"),
    "verb in another case": put("verb", "id", value="https://t.example/V"),
    "another activity": put("object", "id", value="https://t.example/b"),
    "an agent for an activity": put("object", value={"objectType": "Agent", "mbox": "mailto:a@b.co"}),
    "local part in another case": put("actor", "member", 0, "mbox", value="mailto:ann@Example.org"),
    "a member less": lambda statement: statement["actor"]["member"].pop(),
    "a name": put("actor", "name", value="Team"),
    "true for 1": put("result", "score", "raw", value=True),
    "1 for true in an extension": put("context", "extensions", "https://t.example/x", "a", value=[1, 1, "t"]),
    "duration in another unit": put("result", "duration", value="PT0M1.23S"),
    "no result": drop("result"),
    "an empty list more": put("context", "contextActivities", "other", value=[]),
    "order of related activities": lambda statement: statement["context"]["contextActivities"][
        "parent"
    ].reverse(),
    "extension more": put("context", "extensions", "https://t.example/y", value=None),
    "object is text": put("object", value="x"),
    "actor is a list": put("actor", value=[]),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    other = copy.deepcopy(BASE)
    SAME[name](other)
    assert same_statement(BASE, other)
    assert same_statement(other, BASE)


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    other = copy.deepcopy(BASE)
    DIFFERENT[name](other)
    assert not same_statement(BASE, other)
    assert not same_statement(other, BASE)


def test_one_related_activity_as_an_object_or_as_a_list() -> None:
    single = BASE | {"context": {"contextActivities": {"parent": {"id": "https://t.example/p"}}}}
    listed = BASE | {"context": {"contextActivities": {"parent": [{"id": "https://t.example/p"}]}}}
    assert same_statement(single, listed)


def test_a_substatement_is_compared_as_a_statement_but_keeps_its_timestamp() -> None:
    one = BASE | {"object": SUB}
    renamed = SUB | {"verb": {"id": "https://t.example/v"}, "timestamp": "2026-11-24T01:00:00+01:00"}
    untimed = {key: value for key, value in SUB.items() if key != "timestamp"}
    assert same_statement(one, BASE | {"object": renamed})
    assert not same_statement(one, BASE | {"object": untimed})


def test_comparing_leaves_both_as_they_were() -> None:
    one, other = copy.deepcopy(BASE), copy.deepcopy(BASE)
    del other["id"]
    before = copy.deepcopy(other)
    same_statement(one, other)
    assert (one, other) == (BASE, before)


def test_a_deep_answer_is_compared_and_not_a_crash() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    one = BASE | {"context": {"extensions": {"https://t.example/x": deep}}}
    assert not same_statement(one, BASE)
    assert same_statement(one, dict(one))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*BASE, "member"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(BASE)), ANYTHING)
def test_whatever_a_store_sends_can_be_compared(key: str, value: object) -> None:
    statement = BASE | {key: value}
    assert same_statement(statement, copy.deepcopy(statement))
