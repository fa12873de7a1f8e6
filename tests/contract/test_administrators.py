"""Every route of the administrator's page with every wrong caller: the same refusal, and nothing changed."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.admin.models import AdminSession
from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.platforms.invitations import make_invitation
from lti_tool.platforms.models import Invitation
from lti_tool.platforms.service import keep_pending_deployment
from tests.admin.administrators import AdministratorVisit, waiting_updates
from tests.contract.access_table import TABLE, Needs
from tests.contract.conftest import SECRETS, TOOL, everything, path_of
from tests.factories.entrances import ISSUER, Course
from tests.statements.sending import record_parked

ROUTES = [(route, row) for route, row in TABLE.items() if row.needs is Needs.ADMINISTRATOR]


@pytest.fixture
def ids(course: Course, sessions: sessionmaker[Session], session: Session) -> dict[str, UUID]:
    """One object of each kind, so that a button would have something to change."""
    with unit_of_work(sessions) as writing:
        make_invitation(writing, label="Hillside", issuer=None, life=timedelta(days=7))
        keep_pending_deployment(
            writing, registration_id=course.tenant.registration_id, deployment_id="campus-2"
        )
        update_id, other_update_id = waiting_updates(writing, course.tenant.registration_id)
    (parked,) = record_parked(sessions, course.visitor().actor, 1)
    return {
        "registration": course.tenant.registration_id,
        "deployment": course.tenant.deployment_id,
        "invitation": session.scalars(select(Invitation.id)).one(),
        "parked": parked,
        "update": update_id,
        "other_update": other_update_id,
    }


def check_all_closed(
    app: Flask,
    client: FlaskClient,
    ids: dict[str, UUID],
    engine: Engine,
    subtests: pytest.Subtests,
    token: str = "",
) -> None:
    before = everything(engine)
    for route, row in ROUTES:
        path = path_of(app, *route, {name: ids[kind] for name, kind in row.ids.items()}, None)
        for method in (route[0], "OPTIONS", *(("HEAD",) if route[0] == "GET" else ())):
            with subtests.test(msg=" ".join((method, *route))):
                answer = client.open(path, method=method, data={"csrf_token": token}, base_url=TOOL)
                assert answer.status_code == 401
                assert not any(secret in answer.text for secret in (*SECRETS, ISSUER, "Hillside", "campus-2"))
                assert not answer.headers.getlist("Set-Cookie")
    assert everything(engine) == before


def test_nobody_without_a_session(
    app: Flask, ids: dict[str, UUID], engine: Engine, subtests: pytest.Subtests
) -> None:
    check_all_closed(app, app.test_client(), ids, engine, subtests)


def test_nobody_with_a_session_of_a_course(
    app: Flask, course: Course, ids: dict[str, UUID], engine: Engine, subtests: pytest.Subtests
) -> None:
    """Instructors neither; and their secret is no administrator's."""
    ana = course.visitor()
    token = ana.form("/threads/new")["csrf_token"]
    check_all_closed(app, ana.client, ids, engine, subtests, token)
    cookie = ana.client.get_cookie("segue_launch", domain="127.0.0.1", path=ana.base)
    assert cookie
    thief = app.test_client()
    thief.set_cookie("segue_admin", cookie.value, domain="127.0.0.1")
    check_all_closed(app, thief, ids, engine, subtests, token)


@pytest.mark.parametrize("ending", ["signed out", "idle", "old"])
def test_nobody_with_a_session_that_ended(
    app: Flask,
    sessions: sessionmaker[Session],
    ids: dict[str, UUID],
    engine: Engine,
    ending: str,
    subtests: pytest.Subtests,
) -> None:
    ended, other = (AdministratorVisit.signed_in(app, sessions) for _ in range(2))
    token = ended.token()
    cookie = ended.client.get_cookie("segue_admin", domain="127.0.0.1")
    assert cookie
    if ending == "signed out":
        ended.press("/sign-out")
        ended.client.set_cookie("segue_admin", cookie.value, domain="127.0.0.1")
        assert other.page().status_code == 200
    else:
        column = {"idle": "seen_at", "old": "expires_at"}[ending]
        with unit_of_work(sessions) as session:
            session.execute(update(AdminSession).values({column: clock.now() - timedelta(minutes=31)}))
    check_all_closed(app, ended.client, ids, engine, subtests, token)


def test_the_right_one_gets_in(
    app: Flask, sessions: sessionmaker[Session], ids: dict[str, UUID], subtests: pytest.Subtests
) -> None:
    """Or the refusals above would prove nothing."""
    for route, row in ROUTES:
        with subtests.test(msg=" ".join(route)):
            visit = AdministratorVisit.signed_in(app, sessions)
            path = path_of(app, *route, {name: ids[kind] for name, kind in row.ids.items()}, None)
            answer = visit.client.open(
                path, method=route[0], data={"csrf_token": visit.token()}, base_url=TOOL
            )
            assert answer.status_code == (200 if route[0] == "GET" else 303)
