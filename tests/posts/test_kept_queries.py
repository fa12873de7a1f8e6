"""Queries that are built once: of no moment, and of nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from lti_tool.conversation_pages import listing, queries
from lti_tool.conversation_pages.listing import Show, Wanted
from lti_tool.conversation_pages.ordering import Sort
from lti_tool.core import clock
from lti_tool.core.paging import Place
from lti_tool.core.prepared import ask, asker
from lti_tool.courses.models import Course
from lti_tool.courses.service import keep_course
from lti_tool.moderation import queries as moderation
from lti_tool.posts import service
from tests.factories.entrances import Tenant

PLACE = Place(datetime(2026, 5, 3, tzinfo=UTC), UUID(int=1))


def no_moment() -> NoReturn:
    pytest.fail("the moment at which a query is built is in it")


@pytest.mark.parametrize("is_staff", [True, False])
@pytest.mark.parametrize("build", ["_conversation", "_new_replies", "_reply", "_post"])
def test_a_kept_query_is_of_no_moment(monkeypatch: pytest.MonkeyPatch, build: str, *, is_staff: bool) -> None:
    monkeypatch.setattr(clock, "now", no_moment)
    getattr(queries, build).__wrapped__(is_staff=is_staff)


@pytest.mark.parametrize("is_staff", [True, False])
@pytest.mark.parametrize("begins_by", [None, "from_id", "around_id", "from_number", "before_id", "at_end"])
def test_a_kept_page_is_of_no_moment(
    monkeypatch: pytest.MonkeyPatch, begins_by: str | None, *, is_staff: bool
) -> None:
    monkeypatch.setattr(clock, "now", no_moment)
    queries._page_of.__wrapped__(begins_by, is_staff=is_staff)


@pytest.mark.parametrize("is_staff", [True, False])
@pytest.mark.parametrize("build", ["_list", "_tags_in_use", "_count_new"])
@pytest.mark.parametrize("show", Show)
@pytest.mark.parametrize("whole_course", [True, False])
def test_a_kept_list_is_of_no_moment(
    monkeypatch: pytest.MonkeyPatch, build: str, show: Show, *, whole_course: bool, is_staff: bool
) -> None:
    monkeypatch.setattr(clock, "now", no_moment)
    wanted = Wanted(show=show, whole_course=whole_course, tag="x", group_id=uuid4(), after=PLACE)
    getattr(listing, build).__wrapped__(wanted.form, is_staff=is_staff)
    listing._pinned.__wrapped__(is_staff=is_staff)


def kept_queries(*, is_staff: bool) -> Iterator[Any]:
    """All of them, but for the lists' many forms: one with each condition that there is."""
    for build in ("_conversation", "_new_replies", "_reply", "_post"):
        yield getattr(queries, build)(is_staff=is_staff)
    for begins_by in (None, "from_id", "around_id", "from_number", "before_id", "at_end"):
        yield queries._page_of(begins_by, is_staff=is_staff)
    for show in Show:
        wanted = Wanted(show=show, tag="x", group_id=uuid4(), after=PLACE)
        for build in ("_list", "_tags_in_use", "_count_new"):
            yield getattr(listing, build)(wanted.form, is_staff=is_staff)
    yield listing._pinned(is_staff=is_staff)
    yield service._to_read(is_staff=is_staff)
    yield service._are_open_to_learner()
    yield moderation._alerts(is_staff=is_staff)


@pytest.mark.parametrize("is_staff", [True, False])
def test_the_text_of_a_kept_query_is_made_once(*, is_staff: bool) -> None:
    """A list of values (`in_`) would be written into it each time that it is put."""
    for query in kept_queries(is_staff=is_staff):
        compiled = query.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
        assert not compiled.post_compile_params, str(query)


def test_what_is_asked_sees_what_the_session_has_yet_to_write(session: Session, tenant: Tenant) -> None:
    course = keep_course(session, deployment_id=tenant.deployment_id, context_id="c", title="A name")
    course.title = "Another name"
    found = ask(session, select(Course.id, Course.title), {})
    assert [(row.id, row.title) for row in found] == [(course.id, "Another name")]


def test_a_kept_list_is_of_no_values() -> None:
    """Two lists that differ by values alone are one query; what is wanted of them is no part of it."""
    one = Wanted(tag="a", group_id=uuid4(), after=PLACE, sort=Sort.USEFUL, after_useful=3)
    other = Wanted(tag="b", group_id=uuid4(), after=Place(PLACE.at, uuid4()), sort=Sort.USEFUL)
    assert one.form == other.form
    for differing in (
        Wanted(tag="a"),
        Wanted(after=PLACE),
        replace(one, show=Show.MINE),
        replace(one, tag=None),
    ):
        assert differing.form != one.form


@pytest.mark.parametrize("is_staff", [True, False])
def test_kept_ways_in_are_of_no_moment(monkeypatch: pytest.MonkeyPatch, *, is_staff: bool) -> None:
    monkeypatch.setattr(clock, "now", no_moment)
    service._to_read.__wrapped__(is_staff=is_staff)
    service._are_open_to_learner.__wrapped__()
    moderation._alerts.__wrapped__(is_staff=is_staff)


@pytest.mark.parametrize("is_staff", [True, False])
def test_who_asks_has_nothing_but_parameters(*, is_staff: bool) -> None:
    them = asker(is_staff=is_staff)
    assert them.role.is_staff is is_staff
    for name in ("name", "sub", "placement_id", "gallery_at"):
        with pytest.raises(AttributeError):
            getattr(them, name)
