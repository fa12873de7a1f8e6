"""Queries that are built once: of no moment, and of nobody."""

from typing import NoReturn

import pytest

from lti_tool.core import clock
from lti_tool.core.prepared import asker
from lti_tool.posts import queries


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
def test_who_asks_has_nothing_but_parameters(*, is_staff: bool) -> None:
    them = asker(is_staff=is_staff)
    assert them.role.is_staff is is_staff
    for name in ("name", "sub", "placement_id", "gallery_at"):
        with pytest.raises(AttributeError):
            getattr(them, name)
