"""Queries that are built once: of no moment, and of nobody."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

import lti_tool
import lti_tool.app  # the builders of every feature
from lti_tool.conversation_pages.listing import Show, Wanted
from lti_tool.conversation_pages.ordering import Sort
from lti_tool.core import clock
from lti_tool.core.paging import Place
from lti_tool.core.prepared import KEPT_QUERIES, ask, asker
from lti_tool.courses.models import Course
from lti_tool.courses.service import keep_course
from tests.factories.entrances import Tenant

PLACE = Place(datetime(2026, 5, 3, tzinfo=UTC), UUID(int=1))


def no_moment() -> NoReturn:
    pytest.fail("the moment at which a query is built is in it")


KEPT = [
    pytest.param(it.build, example, id=f"{it.build.__qualname__}-{number}")
    for it in KEPT_QUERIES
    for number, example in enumerate(it.examples())
]


@pytest.mark.parametrize(("build", "example"), KEPT)
def test_no_moment_is_kept(
    monkeypatch: pytest.MonkeyPatch, build: Callable[..., Any], example: dict[str, Any]
) -> None:
    monkeypatch.setattr(clock, "now", no_moment)
    build(**example)


@pytest.mark.parametrize(("build", "example"), KEPT)
def test_the_text_of_a_kept_query_is_made_once(build: Callable[..., Any], example: dict[str, Any]) -> None:
    """A list of values (`in_`) would be written into it each time that it is put."""
    query = build(**example)
    compiled = query.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    assert not compiled.post_compile_params, str(query)


def test_builders_that_keep_a_query_say_so() -> None:
    """`functools.cache` keeps as well, and is in no list: these rules would not be tried."""
    source = Path(lti_tool.__file__).parent
    found = [
        f"{path.relative_to(source)}: {node.name}"
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef)
        and any("cache" in ast.unparse(it) for it in node.decorator_list)
        and re.match("Select|Insert|Update", ast.unparse(node.returns or ast.Constant("")))
    ]
    assert found == ["core/db.py: _insert_into"], "see lti_tool/core/prepared.py, kept"
    assert len(KEPT_QUERIES) > 10


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
def test_who_asks_has_nothing_but_parameters(*, is_staff: bool) -> None:
    them = asker(is_staff=is_staff)
    assert them.role.is_staff is is_staff
    for name in ("name", "sub", "placement_id", "gallery_at"):
        with pytest.raises(AttributeError):
            getattr(them, name)
