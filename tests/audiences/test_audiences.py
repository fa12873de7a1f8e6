"""Each audience, each position, each surface: who finds a conversation there, and who does not."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.courses.models import Placement
from lti_tool.follow_ups.models import FollowUp
from lti_tool.posts.models import Audience, Conversation
from tests.audiences.conftest import EVERYBODY, MAY_READ, STAFF, WORDS, World
from tests.contract.access_table import TABLE, Needs, Row
from tests.contract.conftest import everything, path_of
from tests.factories.entrances import Visitor

Route = tuple[str, str]
NOBODY_BEFORE = UUID(int=0)
LISTS = (
    "/threads",
    "/threads?where=course",
    "/threads?where=course&sort=newest",
    "/threads?where=course&sort=unanswered",
    "/threads?where=course&sort=useful",
    "/threads?where=course&show=open",
    "/threads?where=course&tag=lantern",
    "/help?show=all",
    "/help?show=answered",
    "/search?q=lantern&where=course",
    "/search?q=lantern",
)
"""Pages that show all conversations that their reader may read."""


def found_by(position: str) -> set[Audience]:
    return {audience for audience, readers in MAY_READ.items() if position in readers}


def told_in(page: str) -> set[Audience]:
    return {audience for audience, word in WORDS.items() if word in page}


def test_lists_show_what_their_reader_may_read(world: World, subtests: pytest.Subtests) -> None:
    assert set(MAY_READ) == set(Audience)
    assert EVERYBODY == set(world.people) - {"stranger"} == set().union(*MAY_READ.values())
    for position, visitor in world.people.items():
        for path in LISTS:
            with subtests.test(msg=f"{position} {path}"):
                assert told_in(visitor.get(path).text) == found_by(position)


def test_other_pages_tell_nothing_else(world: World, app: Flask, subtests: pytest.Subtests) -> None:
    """Every page whose address names no object: one that is new is looked at without being listed here."""
    pages = [
        (route, row)
        for route, row in TABLE.items()
        if route[0] == "GET" and not row.ids and row.needs in {Needs.SESSION, Needs.STAFF}
    ]
    for position, visitor in world.people.items():
        for route, row in pages:
            if row.needs is Needs.STAFF and position not in STAFF:
                continue
            with subtests.test(msg=f"{position} {route[1]}"):
                answer = visitor.get(below(app, visitor, route, {}))
                assert told_in(answer.text) <= found_by(position)


def test_titles_alike_are_those_that_one_may_read(world: World) -> None:
    for position, visitor in world.people.items():
        form = visitor.form("/threads/new")
        alike = {
            audience
            for audience, word in WORDS.items()
            if word in visitor.post("/search/similar", {**form, "title": f"Lantern {word}"}).text
        }
        assert alike == found_by(position), position


def test_what_is_new_is_counted_as_far_as_one_may_read_it(world: World) -> None:
    for position, visitor in world.people.items():
        answer = visitor.get(f"/threads/news?after={NOBODY_BEFORE}&where=course")
        told = re.search(r"(\d+) new thread", answer.text)
        # One's own are not new.
        expected = 0 if position == "author" else len(found_by(position))
        assert int(told[1] if told else 0) == expected, position


def test_staff_look_at_what_they_may_read(world: World) -> None:
    """Reports, a learner's contributions, and how many there are: nobody's private ones."""
    for position in STAFF:
        visitor, found = world.people[position], found_by(position)
        queue = visitor.get("/moderation").text
        assert told_in(queue) == found
        assert f"{len(found)} posts to review" in queue
        assert told_in(visitor.get(f"/people/{world.who('author')}").text) == found
        # Of each audience a thread and a request.
        assert f"{2 * len(found)} contributions" in visitor.get("/grades").text.partition("Ana Ruiz")[2]


def test_outsiders_get_what_missing_ids_get(
    world: World, app: Flask, engine: Engine, subtests: pytest.Subtests
) -> None:
    """Every route that takes a conversation, or something in one, in its address or as a field."""
    for position in ("group mate", "other group", "partner", "instructor"):
        visitor = world.people[position]
        form = visitor.form("/threads/new")
        before = everything(engine)
        for route, row in routes():
            missing = ask(app, visitor, form, route, row, {kind: uuid4() for kind in kinds(row)})
            for audience in set(Audience) - found_by(position):
                ids = world.ids[audience]
                if not kinds(row) <= ids.keys():
                    continue
                with subtests.test(msg=f"{position} {audience} {route}"):
                    answer = ask(app, visitor, form, route, row, ids)
                    assert answer == missing
                    assert answer[0] == 404
        assert everything(engine) == before


def test_readers_get_in(world: World, app: Flask, subtests: pytest.Subtests) -> None:
    """Or the refusals would prove nothing."""
    for position in EVERYBODY:
        visitor = world.people[position]
        for route, row in routes():
            if route[0] != "GET" or row.needs is not Needs.SESSION:
                continue
            for audience in found_by(position):
                with subtests.test(msg=f"{position} {audience} {route[1]}"):
                    status, page = ask(app, visitor, {}, route, row, world.ids[audience])
                    assert status == (row.answers or 200)
                    if route[1] in {"threads.show_thread", "help_requests.show_help_request"}:
                        assert told_in(page) == {audience}


def test_an_open_gallery_shows_its_conversations_and_no_others(world: World, session: Session) -> None:
    opens_at = clock.now() + timedelta(hours=1)
    session.execute(update(Placement).values(gallery_at=opens_at))
    session.commit()
    for seconds, shown in ((-1, set()), (0, {Audience.GALLERY})):
        with clock.at(opens_at + timedelta(seconds=seconds)):
            for position, visitor in world.people.items():
                expected = found_by(position) | (shown if position != "stranger" else set())
                for path in ("/threads", "/help?show=all", "/search?q=lantern&where=course"):
                    assert told_in(visitor.get(path).text) == expected, (position, path)


def test_nothing_is_without_an_audience_of_its_own(world: World, session: Session) -> None:
    of_course = update(Conversation).filter_by(id=world.ids[Audience.COURSE]["thread"])
    for change, refusal in (
        (of_course.values(audience=None), "audience"),
        (of_course.values(audience=Audience.GROUP), "ck_conversation_group"),
        (of_course.values(audience=Audience.GALLERY), "ck_conversation_group"),
        (update(FollowUp).values(audience=Audience.COURSE), "ck_follow_up_audience"),
    ):
        with pytest.raises(IntegrityError, match=refusal), session.begin_nested():
            session.execute(change)


def routes() -> Iterator[tuple[Route, Row]]:
    """Those that act on objects of `World.ids`."""
    known = {
        "thread", "thread post", "thread draft", "anonymous post", "case", "reply", "request", "answer",
        "attachment", "follow-up",
    }  # fmt: skip
    for route, row in TABLE.items():
        # A draft is one's own, and can be thrown away, whatever became of its place.
        if kinds(row) and kinds(row) <= known and route[1] != "drafts.discard_draft":
            yield route, row


def kinds(row: Row) -> set[str]:
    return {*row.ids.values(), *(row.hints.values() if row.hints_count else ())}


def ask(
    app: Flask,
    visitor: Visitor,
    form: dict[str, str],
    route: Route,
    row: Row,
    ids: Mapping[str, UUID | str],
) -> tuple[int, str]:
    """Status and page."""
    path = below(app, visitor, route, {name: ids[kind] for name, kind in row.ids.items()})
    hints = {name: str(ids[kind]) for name, kind in row.hints.items()} if row.hints_count else {}
    if route[0] == "GET":
        answer = visitor.get(path, query_string=hints)
    else:
        answer = visitor.post(path, {**form, "submission": str(uuid4()), **row.data, **hints})
    return answer.status_code, answer.get_data().decode(errors="replace")


def below(app: Flask, visitor: Visitor, route: Route, ids: dict[str, UUID | str]) -> str:
    """The route's address below the visitor's launch."""
    return path_of(app, *route, ids, visitor.actor.launch_id).removeprefix(visitor.base)
