import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xapi import vocabulary
from xapi.statement import (
    account_agent,
    activity,
    build_statement,
    context,
    dumps,
    format_duration,
    format_timestamp,
    statement_ref,
    void,
)
from xapi.validation import check_statement
from xapi.validation.formats import is_iri

ID = UUID("ccb0be40-c113-4ccf-ba27-e76945043e86")
OTHER_ID = "9873d2d7-7512-4561-8c6e-03cf5b24fdef"
NOON = datetime(2026, 11, 23, 12, 0, 0, 123_999, tzinfo=UTC)
ACTOR = account_agent("https://lms.example", "u1")
COURSE = activity("https://t.example/c", type=vocabulary.COURSE, name="Course", language="en")


def test_a_reply_in_full() -> None:
    statement = build_statement(
        id=ID,
        actor=ACTOR,
        verb=vocabulary.REPLIED,
        object=activity("https://t.example/r", type=vocabulary.FORUM_REPLY),
        timestamp=NOON,
        result={"response": "Try the other valve."},
        context=context(
            registration=ID,
            platform="LMS",
            language="en",
            parent=[activity("https://t.example/t")],
            grouping=[COURSE],
            category=[activity(vocabulary.PROFILE_VERSION)],
            statement=OTHER_ID,
            extensions={vocabulary.SESSION_ID: "s"},
        ),
    )
    check_statement(statement)
    assert statement == {
        "id": "ccb0be40-c113-4ccf-ba27-e76945043e86",
        "actor": {"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "u1"}},
        "verb": {"id": "http://id.tincanapi.com/verb/replied", "display": {"en": "replied"}},
        "object": {
            "objectType": "Activity",
            "id": "https://t.example/r",
            "definition": {"type": "http://id.tincanapi.com/activitytype/forum-reply"},
        },
        "result": {"response": "Try the other valve."},
        "context": {
            "registration": "ccb0be40-c113-4ccf-ba27-e76945043e86",
            "platform": "LMS",
            "language": "en",
            "contextActivities": {
                "parent": [{"objectType": "Activity", "id": "https://t.example/t"}],
                "grouping": [
                    {
                        "objectType": "Activity",
                        "id": "https://t.example/c",
                        "definition": {
                            "type": "http://adlnet.gov/expapi/activities/course",
                            "name": {"en": "Course"},
                        },
                    }
                ],
                "category": [{"objectType": "Activity", "id": vocabulary.PROFILE_VERSION}],
            },
            "statement": {"objectType": "StatementRef", "id": OTHER_ID},
            "extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": "s"},
        },
        "timestamp": "2026-11-23T12:00:00.123Z",
        "version": "1.0.0",
    }


def test_what_is_unknown_is_left_out() -> None:
    assert context() == {}
    assert activity("https://t.example/t", name="T") == {
        "objectType": "Activity",
        "id": "https://t.example/t",
        "definition": {"name": {"und": "T"}},
    }
    statement = build_statement(
        id=ID, actor=ACTOR, verb=vocabulary.ASKED, object=COURSE, timestamp=NOON, context=context()
    )
    assert statement.keys() == {"id", "actor", "verb", "object", "timestamp", "version"}


def test_the_version_is_that_of_the_data_model() -> None:
    def version(followed: str) -> Any:
        return build_statement(
            id=ID,
            actor=ACTOR,
            verb=vocabulary.ASKED,
            object=COURSE,
            timestamp=NOON,
            version=followed,
        )["version"]

    assert version("1.0.3") == "1.0.0"
    assert version("2.0.0") == "2.0.0"


@pytest.mark.parametrize("key", ["platform", "revision"])
def test_platform_and_revision_need_an_activity(key: str) -> None:
    with pytest.raises(ValueError, match=key):
        build_statement(
            id=ID,
            actor=ACTOR,
            verb=vocabulary.REPORTED,
            object=statement_ref(OTHER_ID),
            timestamp=NOON,
            context={key: "LMS"},
        )


def test_voiding() -> None:
    statement = void(ID, ACTOR, OTHER_ID, NOON)
    check_statement(statement)
    assert statement["verb"]["id"] == "http://adlnet.gov/expapi/verbs/voided"
    assert statement["object"] == {"objectType": "StatementRef", "id": OTHER_ID}


def test_timestamps_are_in_utc_to_the_millisecond() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert format_timestamp(datetime(2026, 1, 1, 5, 0, tzinfo=india)) == "2025-12-31T23:30:00.000Z"
    with pytest.raises(ValueError, match="time zone"):
        format_timestamp(datetime(2026, 1, 1))  # noqa: DTZ001 - a naive one is the point


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(hours=2, minutes=10, seconds=5, milliseconds=999), "PT2H10M5S"),
        (timedelta(0), "PT0S"),
        (timedelta(milliseconds=1), "PT0S"),
        (timedelta(hours=1), "PT1H"),
        (timedelta(seconds=61), "PT1M1S"),
        (timedelta(days=3), "PT72H"),
    ],
)
def test_durations_are_whole_seconds(length: timedelta, text: str) -> None:
    assert format_duration(length) == text


def test_a_duration_is_not_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        format_duration(timedelta(microseconds=-1))


def test_json_text_is_compact_and_keeps_letters() -> None:
    assert dumps({"name": "Zoë", "n": [1, None]}) == '{"name":"Zoë","n":[1,null]}'
    with pytest.raises(ValueError, match="JSON"):
        dumps({"n": float("nan")})


def test_the_vocabulary_holds_iris_and_no_two_alike() -> None:
    constants = [value for name, value in vars(vocabulary).items() if name.isupper()]
    iris = [value.id if isinstance(value, vocabulary.Verb) else value for value in constants]
    assert len(iris) > 15
    assert all(is_iri(iri) for iri in iris)
    assert len(set(iris)) == len(iris)


TEXT = st.text(max_size=30)
IRIS = st.sampled_from(["https://t.example/x", "urn:example:1", "http://t.example/ä?q=1#f"])
LANGUAGES = st.sampled_from(["und", "en", "de-CH", "zh-Hant-TW"])
ACTIVITIES = st.builds(activity, IRIS, type=st.none() | IRIS, name=st.none() | TEXT, language=LANGUAGES)
REFS = st.builds(statement_ref, st.uuids())
LISTS = st.lists(ACTIVITIES, max_size=2)
ACTORS = st.builds(account_agent, IRIS, TEXT)
CONTEXTS: dict[str, st.SearchStrategy[Any]] = {
    "registration": st.none() | st.uuids(),
    "language": st.none() | LANGUAGES,
    "parent": LISTS,
    "grouping": LISTS,
    "category": LISTS,
    "other": LISTS,
    "statement": st.none() | st.uuids(),
    "extensions": st.none() | st.dictionaries(IRIS, TEXT | st.integers() | st.none()),
}
VERBS = st.sampled_from([value for value in vars(vocabulary).values() if isinstance(value, vocabulary.Verb)])
SHARED: dict[str, st.SearchStrategy[Any]] = {
    "id": st.uuids(),
    "actor": ACTORS,
    "timestamp": st.datetimes(timezones=st.just(UTC)),
    "result": st.none()
    | st.fixed_dictionaries(
        {
            "response": TEXT,
            "success": st.booleans(),
            "duration": st.timedeltas(min_value=timedelta(0)).map(format_duration),
        }
    ),
    "version": st.sampled_from(["1.0.3", "2.0.0"]),
}
STATEMENTS = st.builds(
    build_statement,
    **SHARED,
    verb=VERBS.filter(lambda verb: verb is not vocabulary.VOIDED),
    object=ACTIVITIES,
    context=st.none() | st.builds(context, platform=st.none() | TEXT, **CONTEXTS),
) | st.builds(
    build_statement,
    **SHARED,
    verb=VERBS,
    object=REFS,
    context=st.none() | st.builds(context, **CONTEXTS),
)


@settings(deadline=None)
@given(STATEMENTS)
def test_whatever_is_built_is_valid_also_after_freezing(statement: dict[str, Any]) -> None:
    check_statement(statement)
    assert json.loads(dumps(statement)) == statement
    assert statement.keys().isdisjoint({"stored", "authority"})
