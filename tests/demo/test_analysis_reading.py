"""The copy that the analyst's page keeps: complete, bounded, and no slower than it may be."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms.analyst.acts import read_act
from lti_tool.demo.lms.analyst.reading import Copy
from lti_tool.record_store.credentials import add_credential
from tests.demo.acts import TOOL, statement, thing
from tests.demo.store_stand_in import Store, stored_at
from tests.servers import serving
from xapi import vocabulary
from xapi.client import RecordStoreClient
from xapi.statement import account_agent, activity, build_statement, context, void

FIRST = datetime(2026, 7, 1, tzinfo=UTC)


def posted(number: int, **more: Any) -> dict[str, Any]:
    made = statement("ana", vocabulary.POSTED, thing(f"t{number}", vocabulary.FORUM_TOPIC), **more)
    return stored_at(made, number)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def copy_of(store: Store) -> Iterator[Callable[..., Copy]]:
    with serving(store) as address:
        yield lambda **options: Copy(
            lambda: RecordStoreClient(f"{address}/xapi", "reader", "secret"), tool_url=TOOL, **options
        )


def objects(copy: Copy) -> list[str]:
    return [act.object.rpartition("/")[2] for act in copy.look().acts]


def test_what_is_new_is_asked_for_from_when_all_was_there(store: Store, copy_of: Callable[..., Copy]) -> None:
    copy = copy_of()
    store.statements = [posted(number) for number in range(250)]
    store.through = FIRST + timedelta(seconds=300)
    assert len(copy.look().acts) == 250
    assert [asked.get("at") for asked in store.asked] == [None, "100", "200"]
    store.statements.append(posted(301))
    assert objects(copy)[-1] == "t301"
    assert store.asked[3] == {"ascending": "true", "limit": "100", "since": "2026-07-01T00:04:59.999000Z"}
    assert len(store.asked) == 4


def test_who_is_overtaken_while_being_stored_is_not_missed(
    store: Store, copy_of: Callable[..., Copy]
) -> None:
    """The last that one has seen is not the last of which nothing before can still come."""
    copy = copy_of()
    store.through = FIRST + timedelta(seconds=5)
    store.statements = [posted(1), posted(9)]
    assert objects(copy) == ["t1", "t9"]
    store.statements += [posted(6), posted(5)]
    assert objects(copy) == ["t1", "t5", "t6", "t9"]


def test_a_long_list_of_new_ones_is_read_to_its_end(store: Store, copy_of: Callable[..., Copy]) -> None:
    copy = copy_of()
    store.statements = [posted(1)]
    copy.look()
    store.statements += [posted(number) for number in range(2, 352)]
    assert len(copy.look().acts) == 351


def test_a_store_that_does_not_say_is_asked_from_a_little_before(
    store: Store, copy_of: Callable[..., Copy]
) -> None:
    copy = copy_of()
    store.says_through = False
    assert objects(copy) == []
    store.statements = [posted(1000)]
    assert objects(copy) == ["t1000"]
    store.statements.append(posted(900))
    assert objects(copy) == ["t900", "t1000"]


@pytest.mark.parametrize("says", [True, False])
def test_moments_at_the_ends_of_the_calendar_are_no_trouble(
    store: Store, copy_of: Callable[..., Copy], *, says: bool
) -> None:
    store.says_through, store.through = says, datetime(1, 1, 1, tzinfo=UTC)
    store.statements = [posted(1) | {"stored": "0001-01-01T00:00:00Z"}]
    copy = copy_of()
    assert [objects(copy), objects(copy)] == [["t1"], ["t1"]]


def test_only_the_newest_are_kept_and_only_they_are_read(store: Store, copy_of: Callable[..., Copy]) -> None:
    store.statements = [posted(number) for number in range(1000)]
    copy = copy_of(most=300)
    found = copy.look()
    assert (len(found.acts), found.is_cut, found.goes_on) == (300, True, False)
    assert len(store.asked) == 3
    store.statements += [posted(number) for number in range(1000, 1150)]
    found = copy.look()
    assert [act.object.rpartition("t")[2] for act in found.acts] == [str(one) for one in range(850, 1150)]


def test_a_slow_store_is_read_bit_by_bit(store: Store, copy_of: Callable[..., Copy]) -> None:
    """Each look ends in time, says that there is more, and the next one goes on."""
    store.statements = [posted(number) for number in range(450)]
    now = [0.0]

    def clock() -> float:
        now[0] += 2
        return now[0]

    copy = copy_of(clock=clock)
    looks = [copy.look() for _ in range(4)]
    assert [look.goes_on for look in looks] == [True, False, False, False]
    assert [len(look.acts) for look in looks] == [300, 450, 450, 450]
    store.statements += [posted(number) for number in range(450, 1000)]
    looks = [copy.look() for _ in range(4)]
    assert [look.goes_on for look in looks] == [True, True, False, False]
    found = looks[-1]
    assert [act.object.rpartition("t")[2] for act in found.acts] == [str(one) for one in range(1000)]


def test_a_store_without_end_is_left(store: Store, copy_of: Callable[..., Copy]) -> None:
    store.refusal = Response(json.dumps({"statements": [], "more": "/xapi/statements?limit=100"}))
    found = copy_of(most=50).look()
    assert len(store.asked) == 50
    assert (found.acts, found.is_cut) == ((), True)


def test_of_one_course_only_its_statements_are_asked_for(store: Store, copy_of: Callable[..., Copy]) -> None:
    store.statements = [posted(1), posted(2, course="https://tool.test/xapi/a/other")]
    copy = copy_of(course="https://tool.test/xapi/a/other")
    assert objects(copy) == ["t2"]
    copy.look()
    assert {asked["related_activities"] for asked in store.asked} == {"true"}
    assert {asked["activity"] for asked in store.asked} == {"https://tool.test/xapi/a/other"}


@pytest.mark.parametrize(
    ("refusal", "failure"),
    [
        (Response("", 401), "status 401"),
        (Response("", 503), "status 503"),
        (Response("<h1>", 200), "unreadable"),
        (Response("", 302, {"Location": "http://elsewhere.test"}), "redirect"),
        (Response('{"statements": [], "more": "http://elsewhere.test/"}'), "more leads elsewhere"),
    ],
)
def test_what_was_read_stays_when_the_store_fails(
    store: Store, copy_of: Callable[..., Copy], refusal: Response, failure: str
) -> None:
    store.statements = [posted(1)]
    copy = copy_of()
    copy.look()
    store.refusal = refusal
    found = copy.look()
    assert (len(found.acts), found.failure) == (1, failure)
    store.refusal = None
    store.statements.append(posted(2))
    found = copy.look()
    assert (len(found.acts), found.failure) == (2, "")


def test_where_the_way_back_is_gone_reading_begins_anew(store: Store, copy_of: Callable[..., Copy]) -> None:
    """A store may forget its `more` addresses after a while."""
    store.statements = [posted(number) for number in range(150)]
    now = iter([0, 9, *[10] * 20])
    copy = copy_of(clock=lambda: float(next(now)))
    assert copy.look().goes_on
    store.asked.clear()
    page = store._page
    store._page = lambda asked: Response("", 404) if "at" in asked else page(asked)  # type: ignore[method-assign]
    assert copy.look().failure == "status 404"
    store._page = page  # type: ignore[method-assign]
    assert len(copy.look().acts) == 150


@pytest.mark.parametrize(
    "odd",
    [
        7,
        None,
        {},
        {"id": "x", "actor": [], "verb": {"id": 5}, "object": None},
        statement("ana", vocabulary.POSTED, {"id": 7}),
        statement("ana", vocabulary.POSTED, {"id": "x"}, timestamp="yesterday"),
        statement("ana", vocabulary.POSTED, {"id": "x"}, actor={"objectType": "Group", "member": []}),
    ],
)
def test_what_is_no_statement_is_no_act(odd: object) -> None:
    assert read_act(odd, tool_url=TOOL) is None


def test_odd_parts_of_a_statement_are_left_out() -> None:
    found = read_act(
        statement("ana", vocabulary.POSTED, {"id": "x"})
        | {
            "actor": {"mbox": "mailto:a\ud800@b.example"},
            "stored": 5,
            "context": {"contextActivities": {"parent": {"id": "p"}, "grouping": [3]}, "extensions": []},
        },
        tool_url=TOOL,
    )
    assert found
    assert (found.actor.account, found.parents, found.courses) == ("mailto:a?@b.example", ("p",), ())
    assert found.stored == found.at


def test_a_pseudonym_with_a_registration_stands_for_a_person() -> None:
    """Where a registration has pseudonyms instead of subs, their accounts are the tool's too."""
    made = statement("0ffee", vocabulary.POSTED, {"id": "x"}, anonymous=True)
    unnamed = read_act(made, tool_url=TOOL)
    made["context"]["registration"] = str(uuid4())
    named = read_act(made, tool_url=TOOL)
    assert unnamed
    assert named
    assert (unnamed.actor.is_unnamed, named.actor.is_unnamed) == (True, False)


def test_the_built_in_store_is_read_as_any_other(app: Flask, sessions: sessionmaker[Session]) -> None:
    """Statements that come late by their own time, voided ones, one course among two: over real HTTP."""
    with unit_of_work(sessions) as session:
        username, secret = add_credential(session, label="a test", can_write=True)
    with serving(app) as address:

        def open_store() -> RecordStoreClient:
            return RecordStoreClient(f"{address}/xapi", username, secret)

        def send(*statements: dict[str, Any]) -> None:
            with open_store() as client:
                assert client.post_statements([json.dumps(one) for one in statements]).status == 200

        made = [sendable(number) for number in range(150)]
        other = sendable(900, course="https://tool.example/xapi/a/other")
        send(*made[:100])
        send(*made[100:], other)
        copy = Copy(open_store, tool_url=TOOL)
        of_course = Copy(open_store, tool_url=TOOL, course="https://tool.example/xapi/a/other")
        assert len(copy.look().acts) == 151
        assert [act.id for act in of_course.look().acts] == [other["id"]]
        late = sendable(901, at=datetime(2020, 1, 1, tzinfo=UTC))
        target = UUID(made[0]["id"])
        send(late, void(uuid4(), made[0]["actor"], target, datetime.now(UTC)))
        send(void(uuid4(), made[0]["actor"], UUID(other["id"]), datetime.now(UTC)))
        found = copy.look()
        assert len(found.acts) == 150
        assert {act.id for act in found.acts} == {one["id"] for one in made[1:]} | {late["id"]}
        assert found.acts[-1].at.year == 2020
        assert of_course.look().acts == ()


def sendable(
    number: int, *, course: str = "https://tool.example/xapi/a/course", at: datetime = FIRST
) -> dict[str, Any]:
    return build_statement(
        id=uuid4(),
        actor=account_agent("https://lms.example", "ana"),
        verb=vocabulary.POSTED,
        object={
            "id": f"https://tool.example/xapi/a/{number}",
            "definition": {"type": vocabulary.FORUM_TOPIC},
        },
        timestamp=at,
        context=context(grouping=[activity(course, type=vocabulary.COURSE)]),
    )
