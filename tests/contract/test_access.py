"""Every route with every wrong caller and every wrong id: the same refusal, and nothing changed."""

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.launch.models import Launch
from lti_tool.platforms.service import set_active
from tests.contract.access_table import TABLE, Needs, Row
from tests.contract.conftest import SECRETS, TOOL, Place, call, everything, path_of
from tests.factories.entrances import ISSUER, Visitor

Route = tuple[str, str]
IN_SESSION = (Needs.SESSION, Needs.OWNER, Needs.STAFF)


def rules(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, rule


def rows(*needs: Needs) -> list[tuple[Route, Row]]:
    return [(route, row) for route, row in TABLE.items() if row.needs in needs]


def with_ids(*needs: Needs) -> list[tuple[Route, Row]]:
    return [(route, row) for route, row in rows(*needs) if row.ids]


def own_ids(row: Row, place: Place) -> dict[str, UUID | str]:
    return {name: place.ids[kind] for name, kind in row.ids.items()}


def own_hints(row: Row, place: Place) -> dict[str, UUID | str]:
    return {name: place.ids[kind] for name, kind in row.hints.items()}


def mixtures(row: Row, own: Place, foreign: Mapping[str, UUID | str]) -> Iterator[dict[str, UUID | str]]:
    """Every way of putting at least one foreign id into the address, beside one's own."""
    choices = [[(name, foreign[kind]), (name, own.ids[kind])] for name, kind in row.ids.items()]
    for chosen in itertools.product(*choices):
        if dict(chosen) != own_ids(row, own):
            yield dict(chosen)


def check_closed(answer: TestResponse) -> None:
    """401, without anybody's data and without a cookie."""
    assert answer.status_code == 401
    assert not any(secret in answer.text for secret in SECRETS)
    assert not answer.headers.getlist("Set-Cookie")


def check_not_there(visitor: Visitor, app: Flask, route: Route, ids: Mapping[str, UUID | str]) -> None:
    """404, with the very page that ids which nobody ever had get."""
    status, page = call(visitor, app, route, ids)
    assert status == 404
    assert page == call(visitor, app, route, {name: uuid4() for name in ids})[1]
    assert not any(secret in page for secret in SECRETS)


def without(page: str, one: UUID | str) -> str:
    """The page as it is for any id, and for any time that its forms are made."""
    return re.sub(
        r'(name="(?:submission|draft_writer|csrf_token)"[^>]*value="|data-form="|nonce=")[^"]*',
        r"\1",
        page.replace(str(one), ""),
    )


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    assert {(method, rule.endpoint) for method, rule in rules(app)} == set(TABLE)


def test_every_argument_has_its_kind_of_object(app: Flask) -> None:
    for method, rule in rules(app):
        assert rule.arguments - {"launch_id", "resource"} == set(TABLE[method, rule.endpoint].ids), rule


def test_the_right_one_gets_in(app: Flask, here: Place, subtests: pytest.Subtests) -> None:
    """Or the refusals below would prove nothing."""
    for route, row in rows(*IN_SESSION):
        with subtests.test(msg=" ".join(route)):
            visitor = here.entitled(row)
            status, _ = call(visitor, app, route, own_ids(row, here), **own_hints(row, here))
            assert status == (row.answers or (200 if route[0] == "GET" else 303))


def test_nobody_gets_in_without_a_session(
    app: Flask, here: Place, engine: Engine, subtests: pytest.Subtests
) -> None:
    before, stranger = everything(engine), app.test_client()
    for route, row in rows(*IN_SESSION, Needs.CREDENTIAL):
        path = path_of(app, *route, own_ids(row, here), here.owner.actor.launch_id)
        for method in (route[0], "OPTIONS", *(("HEAD",) if route[0] == "GET" else ())):
            with subtests.test(msg=" ".join((method, *route))):
                data = dict.fromkeys(row.data, "their own words") or None  # which they get back, to copy
                answer = stranger.open(path, method=method, data=data, base_url=TOOL)
                check_closed(answer)
    assert everything(engine) == before


def test_what_is_public_shows_nobodys_data(
    app: Flask, here: Place, engine: Engine, subtests: pytest.Subtests
) -> None:
    before = everything(engine)
    for route, row in rows(Needs.NOTHING):
        with subtests.test(msg=" ".join(route)):
            path = path_of(app, *route, own_ids(row, here), None)
            answer = app.test_client().open(path, method=route[0], base_url=TOOL)
            assert answer.status_code != 401
            assert not any(secret in answer.text for secret in SECRETS)
    assert everything(engine) == before


def test_the_session_of_another_launch_opens_nothing(
    app: Flask, here: Place, other_course: Place, engine: Engine, subtests: pytest.Subtests
) -> None:
    """Somebody with a session of their own, and the address and the form of somebody else's launch."""
    form, before = here.owner.form("/threads/new"), everything(engine)
    for visitor in (here.colleague, other_course.owner):
        cookie = visitor.client.get_cookie("segue_launch", domain="127.0.0.1", path=visitor.base)
        assert cookie is not None
        thief = Visitor(app, here.owner.actor, cookie.value)
        for route, row in rows(*IN_SESSION):
            with subtests.test(msg=" ".join(route)):
                path = path_of(app, *route, own_ids(row, here), here.owner.actor.launch_id)
                data = {**dict.fromkeys(row.data, "their own words"), **form}
                check_closed(thief.client.open(path, method=route[0], data=data, base_url=TOOL))
    assert everything(engine) == before


@pytest.mark.parametrize("ending", ["expired", "idle", "disabled"])
def test_a_session_that_ended_opens_nothing(
    app: Flask,
    sessions: sessionmaker[Session],
    here: Place,
    engine: Engine,
    ending: str,
    subtests: pytest.Subtests,
) -> None:
    form = here.owner.form("/threads/new")
    with unit_of_work(sessions) as session:
        if ending == "disabled":
            set_active(session, issuer=ISSUER, client_id="segue", active=False)
        else:
            column = {"expired": "expires_at", "idle": "seen_at"}[ending]
            session.execute(update(Launch).values({column: clock.now() - timedelta(hours=3)}))
    before = everything(engine)
    for route, row in rows(*IN_SESSION):
        with subtests.test(msg=" ".join(route)):
            path = path_of(app, *route, own_ids(row, here), here.owner.actor.launch_id)
            data = {**dict.fromkeys(row.data, "their own words"), **form}
            check_closed(here.owner.client.open(path, method=route[0], data=data, base_url=TOOL))
    assert everything(engine) == before


def test_objects_of_other_courses_and_registrations_are_not_there(
    app: Flask,
    here: Place,
    other_course: Place,
    other_registration: Place,
    engine: Engine,
    subtests: pytest.Subtests,
) -> None:
    before = everything(engine)
    for (route, row), stranger in itertools.product(
        with_ids(*IN_SESSION), (other_course, other_registration)
    ):
        with subtests.test(msg=" ".join(route)):
            for ids in mixtures(row, stranger, here.ids):
                check_not_there(stranger.owner, app, route, ids)
                check_not_there(stranger.teacher, app, route, ids)
    assert everything(engine) == before


def test_what_is_somebodys_own_is_theirs_alone(
    app: Flask, here: Place, engine: Engine, subtests: pytest.Subtests
) -> None:
    """Neither colleagues nor teachers get at it: above all, at private follow-ups."""
    before = everything(engine)
    for (route, row), visitor in itertools.product(with_ids(Needs.OWNER), (here.colleague, here.teacher)):
        with subtests.test(msg=" ".join(route)):
            check_not_there(visitor, app, route, own_ids(row, here))
    assert everything(engine) == before


def test_what_is_for_staff_is_not_there_for_learners(
    app: Flask, here: Place, engine: Engine, subtests: pytest.Subtests
) -> None:
    before = everything(engine)
    for (route, row), visitor in itertools.product(rows(Needs.STAFF), (here.owner, here.colleague)):
        with subtests.test(msg=" ".join(route)):
            check_not_there(visitor, app, route, own_ids(row, here))
    assert everything(engine) == before


def test_ids_that_nobody_has_or_has_any_more(
    app: Flask, here: Place, engine: Engine, subtests: pytest.Subtests
) -> None:
    before = everything(engine)
    for route, row in with_ids(*IN_SESSION):
        with subtests.test(msg=" ".join(route)):
            for ids in mixtures(row, here, dict.fromkeys(here.ids, uuid4())):
                check_not_there(here.entitled(row), app, route, ids)
    assert everything(engine) == before
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))  # whatever refers to them
        for table in (
            "attachment",
            "synthesis",
            "conversation",
            "help_request",
            "post",
            "follow_up",
            "membership",
            "author_notice",
            "course_group",
            "course_group_set",
            "role_holder",
        ):
            connection.execute(text(f"delete from {table}"))
    before = everything(engine)
    for route, row in with_ids(*IN_SESSION):
        with subtests.test(msg=f"deleted: {' '.join(route)}"):
            check_not_there(here.entitled(row), app, route, own_ids(row, here))
    assert everything(engine) == before


def test_foreign_ids_beside_the_address_bring_nothing_in(
    app: Flask, here: Place, other_course: Place, engine: Engine, subtests: pytest.Subtests
) -> None:
    before = everything(engine)
    for route, row in rows(*IN_SESSION):
        own, visitor = own_ids(row, other_course), other_course.entitled(row)
        for name, kind in row.hints.items():
            with subtests.test(msg=f"{' '.join(route)} {name}"):
                foreign, unknown = here.ids[kind], uuid4()
                status, page = call(visitor, app, route, own, **{name: foreign})
                assert status == (404 if row.hints_count else 200)
                as_ever = call(visitor, app, route, own, **{name: unknown})
                assert (status, without(page, foreign)) == (as_ever[0], without(as_ever[1], unknown))
    assert everything(engine) == before
