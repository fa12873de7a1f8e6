"""Queries that are built once: of no moment, and of nobody."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn
from uuid import UUID, uuid4

import pytest

from lti_tool.core import clock
from lti_tool.core.paging import Place
from lti_tool.core.prepared import asker
from lti_tool.moderation import queries as moderation
from lti_tool.posts import listing, queries, service
from lti_tool.posts.listing import Show, Wanted
from lti_tool.posts.ordering import Sort

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
