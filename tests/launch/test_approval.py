"""Platforms and deployments that wait for an administrator, and what an administrator sees of launches."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.errors import ConflictError
from lti_tool.platforms.health import note_error, note_launch
from lti_tool.platforms.models import Deployment, Registration, RegistrationHealth, RegistrationState
from lti_tool.platforms.service import (
    approve_deployment,
    keep_pending_deployment,
    set_active,
    switch_registration,
)
from tests.factories.entrances import Tenant
from tests.launch.platform import LTI, Platform, bent, landed

Sessions = sessionmaker[Session]
DEPLOYMENT = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
WAITS = "a Segue administrator has not approved it yet"


def make_pending(sessions: Sessions, platform: Platform) -> None:
    with unit_of_work(sessions) as session:
        session.execute(update(Registration).values(active=False, approved_at=None))


def launch_from(client: FlaskClient, platform: Platform, deployment_id: str) -> TestResponse:
    asked = platform.start(client, lti_deployment_id=None)
    claims = {**platform.claims(asked), DEPLOYMENT: deployment_id}
    return platform.post(client, asked["state"], platform.lms.sign(claims))


def test_nobody_comes_in_before_the_registration_is_approved(
    client: FlaskClient, platform: Platform, sessions: Sessions
) -> None:
    make_pending(sessions, platform)
    with capture_logs() as logs:
        answer = platform.login(client)
    assert (answer.status_code, logs[-1]["code"]) == (400, "registration_pending")
    assert WAITS in answer.text
    with unit_of_work(sessions) as session:
        switch_registration(session, registration_id=platform.registration_id, active=True)
    assert landed(platform.launch(client))


def test_the_states_of_a_registration(platform: Platform, sessions: Sessions, session: Session) -> None:
    registration = session.get_one(Registration, platform.registration_id)
    seen = [registration.state]
    set_active(session, issuer=registration.issuer, client_id="segue", active=False)
    seen.append(registration.state)
    registration.approved_at = None
    seen.append(registration.state)
    with pytest.raises(ConflictError, match="waits for approval"):
        switch_registration(session, registration_id=registration.id, active=False)
    switch_registration(session, registration_id=registration.id, active=True)
    state = RegistrationState
    assert [*seen, registration.state] == [state.ACTIVE, state.DISABLED, state.PENDING, state.ACTIVE]


def test_the_database_keeps_the_unapproved_out(platform: Platform, session: Session) -> None:
    with pytest.raises(IntegrityError, match="ck_registration_approved"):
        session.execute(update(Registration).values(approved_at=None))


def test_a_new_deployment_waits_and_works_once_it_is_approved(
    client: FlaskClient, platform: Platform, sessions: Sessions, session: Session
) -> None:
    for _ in range(2):
        answer = launch_from(client, platform, "campus-2")
        assert answer.status_code == 400
        assert WAITS in answer.text
    waiting = session.scalars(select(Deployment).filter_by(deployment_id="campus-2")).one()
    assert waiting.approved_at is None
    with unit_of_work(sessions) as writing:
        approve_deployment(writing, deployment_row_id=waiting.id)
    assert landed(launch_from(client, platform, "campus-2"))


def test_at_most_twenty_deployments_wait_also_in_a_race(
    tenant: Tenant, sessions: Sessions, session: Session
) -> None:
    def keep(number: int) -> None:
        with unit_of_work(sessions) as writing:
            keep_pending_deployment(
                writing, registration_id=tenant.registration_id, deployment_id=f"new-{number}"
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(30)))
    waiting = select(func.count()).select_from(Deployment).where(Deployment.approved_at.is_(None))
    assert session.scalar(waiting) == 20


def health(session: Session) -> RegistrationHealth | None:
    session.rollback()
    return session.scalars(select(RegistrationHealth).execution_options(populate_existing=True)).one_or_none()


def test_launches_and_errors_are_noted(client: FlaskClient, platform: Platform, session: Session) -> None:
    assert platform.login(client, client_id="other").status_code == 400
    assert health(session) is None  # a stranger's: it is about no registration
    platform.launch(client)
    noted = health(session)
    assert noted
    assert (noted.registration_id, noted.error_code) == (platform.registration_id, None)
    assert noted.launched_at
    launch_from(client, platform, "campus-2")
    noted = health(session)
    assert noted
    assert (noted.error_code, noted.error_claim, noted.error_rule) == ("deployment_pending", None, None)
    assert noted.error_at


def test_the_claim_of_a_refused_launch_is_noted(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    asked = platform.start(client)
    claims = bent(platform.claims(asked), {LTI + "resource_link": {"title": "no id"}})
    platform.post(client, asked["state"], platform.lms.sign(claims))
    noted = health(session)
    assert noted
    assert (noted.error_code, noted.error_claim, noted.error_rule) == (
        "claims_invalid", f"{LTI}resource_link.id", "missing",
    )  # fmt: skip


@pytest.fixture
def writes(sessions: Sessions) -> Iterator[list[str]]:
    """The updates and inserts that reach the table."""
    seen: list[str] = []
    engine = sessions.kw["bind"]

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if not statement.lower().startswith("select"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_they_are_written_seldom(
    tenant: Tenant, sessions: Sessions, session: Session, writes: list[str]
) -> None:
    start = clock.now()

    def note(seconds: int, code: str | None = None) -> int:
        writes.clear()
        with (
            time_machine.travel(start + timedelta(seconds=seconds), tick=False),
            unit_of_work(sessions) as own,
        ):
            if code:
                note_error(own, registration_id=tenant.registration_id, code=code)
            else:
                note_launch(own, registration_id=tenant.registration_id)
        return len(writes)

    assert [note(0), note(1), note(59), note(61), note(62)] == [1, 0, 0, 1, 0]
    assert [note(70, "a"), note(79, "b"), note(81, "c")] == [1, 0, 1]
    noted = health(session)
    assert noted
    assert noted.error_code == "c"
    assert noted.launched_at == start + timedelta(seconds=61)


def test_nobody_queues_for_the_row(tenant: Tenant, sessions: Sessions, session: Session) -> None:
    """Another launch holds it: this one goes on at once, and leaves the note to that one."""
    with unit_of_work(sessions) as own:
        note_launch(own, registration_id=tenant.registration_id)
        own.execute(update(RegistrationHealth).values(launched_at=clock.now() - timedelta(hours=1)))
    with unit_of_work(sessions) as holding:
        holding.execute(select(RegistrationHealth).with_for_update())
        with unit_of_work(sessions) as own:
            own.execute(text("set local lock_timeout = '200ms'"))
            note_launch(own, registration_id=tenant.registration_id)
    noted = health(session)
    assert noted
    assert noted.launched_at
    assert noted.launched_at < clock.now() - timedelta(minutes=30)


def test_an_id_that_is_not_there(session: Session) -> None:
    with pytest.raises(Exception, match="no such registration"):
        switch_registration(session, registration_id=UUID(int=0), active=True)
