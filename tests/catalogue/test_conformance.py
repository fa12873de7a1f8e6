"""The check of every test's statements finds what is wrong: each row spoils a right statement."""

import copy
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url

from lti_tool.core.db import make_engine
from lti_tool.core.migrations import migrate
from tests.catalogue import conformance
from tests.catalogue.conformance import (
    NonconformingError,
    check_bodies,
    check_database,
    check_kept,
    faults,
    follows,
    found_at,
    pattern_faults,
)
from tests.catalogue.told import told, watch_database
from tests.conftest import EMPTY_ALL_TABLES, cloned_database
from xapi import vocabulary
from xapi.catalogue.examples import example

Json = dict[str, Any]
Mutation = Callable[[Json], object]

ELSEWHERE = "https://elsewhere.example/extensions/mood"


def right(event: str) -> Json:
    made: Json = json.loads(example(event))
    return made


def verb(verb: vocabulary.Verb) -> Mutation:
    return lambda it: it.update(verb={"id": verb.id, "display": {"en": verb.display}})


def kind(iri: str) -> Mutation:
    return lambda it: it["object"]["definition"].update(type=iri)


def without(*path: str) -> Mutation:
    def drop(it: Json) -> None:
        for step in path[:-1]:
            it = it[step]
        del it[path[-1]]

    return drop


def extension(iri: str, value: object) -> Mutation:
    return lambda it: it["context"].setdefault("extensions", {}).update({iri: value})


def group(name: str, *activities: Json) -> Mutation:
    return lambda it: it["context"]["contextActivities"].update({name: list(activities)})


THING = {"objectType": "Activity", "id": "https://segue.example/xapi/a/1"}
TEAM = {"objectType": "Group", "account": {"homePage": "https://segue.example", "name": "1"}}

WRONG: dict[str, tuple[str, Mutation]] = {
    "an unknown verb": ("thread_posted", lambda it: it["verb"].update(id="http://activitystrea.ms/create")),
    "another event's verb": ("thread_posted", verb(vocabulary.REPLIED)),
    "a verb whose template asks for more": ("thread_posted", verb(vocabulary.EDITED)),
    "another type of object": ("thread_posted", kind(vocabulary.FORUM_REPLY)),
    "a type that none of its kind has": ("post_edited", kind(vocabulary.COURSE)),
    "no type": ("post_edited", without("object", "definition", "type")),
    "a person for a thing": ("launched", lambda it: it.update(object=copy.deepcopy(it["actor"]))),
    "a thing for a person": ("mentioned", lambda it: it.update(object=THING)),
    "a learner's words as a name": (
        "reply_posted",
        lambda it: it["object"]["definition"].update(name={"und": "Which opening would fail?"}),
    ),
    "a description": (
        "launched",
        lambda it: it["object"]["definition"].update(description={"und": "Talk it through"}),
    ),
    "a person's name": ("launched", lambda it: it["actor"].update(name="Ana Ruiz")),
    "a mentioned person's name": ("mentioned", lambda it: it["object"].update(name="Tom Becker")),
    "a mail address": (
        "launched",
        lambda it: it.update(actor={"objectType": "Agent", "mbox": "mailto:ana@example.org"}),
    ),
    "no registration": ("launched", without("context", "registration")),
    "no registration where it may be missing": ("thread_posted", without("context", "registration")),
    "a session of somebody unnamed": (
        "post_reported",
        extension(vocabulary.SESSION_ID, "d7be51d3-8381-4dd5-8974-55ece6534c21"),
    ),
    "a registration of somebody unnamed": (
        "post_reported",
        lambda it: it["context"].update(registration="d7be51d3-8381-4dd5-8974-55ece6534c21"),
    ),
    "a language of somebody unnamed": ("post_reported", lambda it: it["context"].update(language="en")),
    "no session": ("launched", without("context", "extensions")),
    "a team where there is none": ("launched", lambda it: it["context"].update(team=TEAM)),
    "no team": ("person_placed", without("context", "team")),
    "a team with members": (
        "person_placed",
        lambda it: it["context"]["team"].update(member=[copy.deepcopy(it["actor"])]),
    ),
    "a platform beside a person": ("mentioned", lambda it: it["context"].update(platform="Example LMS")),
    "no timestamp": ("launched", without("timestamp")),
    "no profile": ("launched", without("context", "contextActivities", "category")),
    "another version of the profile": (
        "launched",
        group("category", {"objectType": "Activity", "id": f"{vocabulary.PROFILE}/v0.1"}),
    ),
    "no course": ("launched", lambda it: it["context"]["contextActivities"]["grouping"].pop(0)),
    "no activity of the course": (
        "launched",
        lambda it: it["context"]["contextActivities"]["grouping"].pop(1),
    ),
    "something else as grouping": (
        "launched",
        lambda it: it["context"]["contextActivities"]["grouping"].append(
            THING | {"definition": {"type": vocabulary.DOUBT}}
        ),
    ),
    "no parent": ("thread_posted", without("context", "contextActivities", "parent")),
    "a parent where there is none": (
        "launched",
        group("parent", THING | {"definition": {"type": vocabulary.COURSE}}),
    ),
    "a parent of another type": (
        "thread_posted",
        group("parent", THING | {"definition": {"type": vocabulary.COURSE}}),
    ),
    "a reference where there is none": (
        "launched",
        lambda it: it["context"].update(statement={"objectType": "StatementRef", "id": it["id"]}),
    ),
    "a result where there is none": ("launched", lambda it: it.update(result={"success": True})),
    "a score": ("request_resolved", lambda it: it["result"].update(score={"scaled": 1})),
    "no duration": ("request_resolved", without("result", "duration")),
    "another value": ("request_resolved", lambda it: it["result"].update(success=False)),
    "text where none is told": ("launched", lambda it: it.update(result={"response": "Facts first."})),
    "an extension of a result": (
        "request_resolved",
        lambda it: it["result"].update(extensions={ELSEWHERE: 1}),
    ),
    "an extension from elsewhere": ("launched", extension(ELSEWHERE, "calm")),
    "another event's extension": ("launched", extension(vocabulary.REACTION, "useful")),
    "no extension where one is needed": ("mark_given", lambda it: it["context"]["extensions"].popitem()),
    "a value that it does not have": ("mark_given", extension(vocabulary.REACTION, "applause")),
    "a value of another type": ("post_edited", extension(vocabulary.REVISION, "2")),
    "a number that is too small": ("post_edited", extension(vocabulary.REVISION, 1)),
    "no date": ("follow_up_planned", extension(vocabulary.DUE_DATE, "2027-02-30")),
    "an extension beside the other verb": ("follow_changed", verb(vocabulary.STOPPED_FOLLOWING)),
    "no subregistration": ("follow_up_planned", without("context", "extensions", vocabulary.SUBREGISTRATION)),
    "an empty subregistration": ("follow_up_planned", extension(vocabulary.SUBREGISTRATION, [])),
    "a subregistration of another profile": (
        "follow_up_planned",
        lambda it: it["context"]["extensions"][vocabulary.SUBREGISTRATION][0].update(
            profile=vocabulary.PROFILE_VERSION
        ),
    ),
    "a report without its plan": ("outcome_reported", without("context", "statement")),
    "what the validator refuses": ("launched", lambda it: it.update(mood="calm")),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_found(case: str) -> None:
    event, mutate = WRONG[case]
    statement = right(event)
    assert faults(statement, event) == []
    mutate(statement)
    assert faults(statement, event)


def test_an_event_that_the_catalogue_does_not_have_is_found() -> None:
    assert faults(right("launched"), "landed") == ["not in the catalogue"]


def test_a_void_is_of_no_profile() -> None:
    statement = right("launched")
    verb(vocabulary.VOIDED)(statement)
    statement["object"] = {"objectType": "StatementRef", "id": statement["id"]}
    assert faults(statement, "voided")
    del statement["context"]
    assert faults(statement, "voided") == []


def test_a_form_is_looked_at_once_and_what_varies_is_no_form() -> None:
    first, second = right("launched"), right("launched")
    second["id"] = "d7be51d3-8381-4dd5-8974-55ece6534c21"
    second["timestamp"] = "2027-03-02T09:00:00.001Z"
    second["actor"]["account"]["name"] = "another"
    known = [conformance._VARIES.sub("·", json.dumps(it, separators=(",", ":"))) for it in (first, second)]
    assert known[0] == known[1]
    second["actor"]["name"] = "Ana Ruiz"
    check_bodies([("launched", json.dumps(first))])
    with pytest.raises(NonconformingError, match=r"launched: .*actor\.name"):
        check_bodies([("launched", json.dumps(first)), ("launched", json.dumps(second))])
    assert any(json.loads(body) == first for body in conformance.seen())


def test_a_follow_ups_statements_are_in_order_and_of_one_learner_in_one_course() -> None:
    planned, reported = right("follow_up_planned"), right("outcome_reported")
    part = planned["context"]["extensions"][vocabulary.SUBREGISTRATION]
    reported["context"]["extensions"][vocabulary.SUBREGISTRATION] = part
    reported["timestamp"] = "2027-03-09T09:00:00.000Z"
    again = copy.deepcopy(reported) | {"timestamp": "2027-03-10T09:00:00.000Z"}
    assert list(pattern_faults([planned])) == []
    assert list(pattern_faults([again, reported, planned])) == []
    assert list(pattern_faults([reported]))
    assert list(pattern_faults([planned, copy.deepcopy(planned) | {"timestamp": again["timestamp"]}]))
    assert list(pattern_faults([planned, reported | {"timestamp": planned["timestamp"]}]))
    again["context"]["registration"] = "d7be51d3-8381-4dd5-8974-55ece6534c21"
    assert list(pattern_faults([planned, reported, again]))


RULES: dict[str, tuple[Json, bool]] = {
    "included": ({"presence": "included"}, True),
    "excluded": ({"presence": "excluded"}, False),
    "any of them": ({"any": [1, 9]}, True),
    "none of any": ({"any": [9]}, False),
    "all": ({"all": [1, 2, 3]}, True),
    "not all": ({"all": [1]}, False),
    "none": ({"none": [9]}, True),
    "not none": ({"none": [2]}, False),
}


@pytest.mark.parametrize("case", RULES)
def test_rules_are_followed_as_the_specification_says(case: str) -> None:
    rule, expected = RULES[case]
    assert follows({"location": "$.a[*]", **rule}, {"a": [1, 2]}) is expected


def test_of_what_is_missing_only_the_recommended_may_be() -> None:
    for rule, expected in (
        ({"presence": "included"}, False),
        ({"presence": "excluded"}, True),
        ({"presence": "recommended", "all": [1]}, True),
        ({"any": [1]}, False),
    ):
        assert follows({"location": "$.b", **rule}, {"a": 1}) is expected


def test_several_paths_find_the_values_of_each() -> None:
    assert found_at("$.a | $.b|$.c['https://x.example/y']", {"a": 1, "c": {"https://x.example/y": 2}}) == [
        1,
        2,
    ]


INSERT = text(
    "insert into statement (id, registration_id, course_id, event, subject_id, body, created_at, state,"
    " attempts, due_at) values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'launched',"
    " gen_random_uuid(), :body, now(), 'pending', 0, now())"
)


def add(connection: Connection, body: Json) -> None:
    """A row that refers to nothing."""
    connection.execute(text("set local session_replication_role = replica"))
    connection.execute(INSERT, {"body": json.dumps(body)})


def test_what_a_database_holds_is_checked(engine: Engine) -> None:
    with engine.connect() as connection:
        add(connection, right("launched") | {"mood": "calm"})
        with pytest.raises(NonconformingError, match="mood"):
            check_kept(connection)
        connection.rollback()


GONE = {
    "deleted": "delete from statement",
    "truncated": "truncate statement cascade",
    "with its table": "drop table statement cascade",
    "mended": "update statement set body = (body::jsonb - 'mood')::text",
}


@pytest.mark.parametrize("how", GONE)
def test_what_is_gone_when_a_test_ends_was_checked_too(
    server_url: str, administration: Engine, template_database: str, how: str
) -> None:
    def leave_nothing() -> None:
        with cloned_database(server_url, administration, template_database) as url:
            engine = make_engine(url)
            with engine.begin() as connection:
                add(connection, right("launched") | {"mood": "calm"})
            with engine.begin() as connection:
                connection.execute(text(GONE[how]))
            engine.dispose()

    with pytest.raises(NonconformingError, match="mood"):
        leave_nothing()


def test_what_was_rolled_back_was_never_recorded(engine: Engine) -> None:
    with engine.connect() as connection:
        add(connection, right("launched") | {"mood": "calm"})
        connection.rollback()
        check_kept(connection)
        assert told(connection) == []


def test_a_test_leaves_nothing_to_the_next(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, right("launched"))
        assert len(told(connection)) == 1
    with engine.begin() as connection:
        connection.execute(text(EMPTY_ALL_TABLES))
    with engine.connect() as connection:
        assert told(connection) == []


def test_what_a_demo_held_when_it_had_started_is_looked_at_too(
    server_url: str, administration: Engine
) -> None:
    name = f"segue_test_{uuid4().hex[:16]}"
    with administration.connect() as connection:
        connection.execute(text(f"create database {name}"))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    engine = make_engine(url)
    try:
        migrate(engine)
        with engine.begin() as connection:
            add(connection, right("launched") | {"mood": "calm"})
        watch_database(url)
        with engine.begin() as connection:
            connection.execute(text("delete from statement"))
        with pytest.raises(NonconformingError, match="mood"):
            check_database(url)
    finally:
        engine.dispose()
        with administration.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))


def test_other_validators_get_what_was_found_in_databases_and_is_right(engine: Engine) -> None:
    mine = right("launched") | {"version": "1.0.7"}
    with engine.connect() as connection:
        add(connection, mine)
        add(connection, mine | {"mood": "calm"})
        with pytest.raises(NonconformingError):
            check_kept(connection)
        connection.rollback()
    found = [json.loads(body) for body in conformance.seen()]
    assert mine in found
    assert mine | {"mood": "calm"} not in found
