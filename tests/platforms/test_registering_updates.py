"""A platform that is registered already registers once more, as with "Update" in Moodle."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.platforms.models import (
    AccessToken,
    Deployment,
    PlatformKeySet,
    Registration,
    RegistrationState,
    RegistrationUpdate,
)
from lti_tool.platforms.service import add_platform, switch_registration
from lti_tool.platforms.updates import change_platform
from tests.admin.administrators import AdministratorVisit
from tests.contract.conftest import everything
from tests.platforms.registrant import SAID, TOOL_CONFIGURATION, Registrant, as_json

Sessions = sessionmaker[Session]
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"


@pytest.fixture
def known(registrant: Registrant, sessions: Sessions) -> UUID:
    """The registration as it was made the first time, and approved."""
    with unit_of_work(sessions) as session:
        there = add_platform(
            session,
            issuer=registrant.url,
            client_id="client-1",
            auth_login_url=f"{registrant.url}/old-auth",
            auth_token_url=f"{registrant.url}/token",
            jwks_url=f"{registrant.url}/old-jwks",
            deployment_ids=["1"],
            label="Riverside",
            scopes=[SCORE],
        )
        session.flush()
        session.add(PlatformKeySet(registration_id=there.id, key_set={"keys": []}))
        return there.id


@pytest.fixture
def administrator(app: Flask, sessions: Sessions) -> AdministratorVisit:
    return AdministratorVisit.signed_in(app, sessions)


def registration(session: Session, registration_id: UUID) -> Registration:
    session.rollback()
    session.expire_all()
    return session.get_one(Registration, registration_id)


def waiting(session: Session) -> RegistrationUpdate:
    session.rollback()
    return session.scalars(select(RegistrationUpdate)).one()


def rows_without(engine: Engine, *tables: str) -> dict[str, object]:
    return {name: rows for name, rows in everything(engine).items() if name not in tables}


@pytest.mark.parametrize("state", ["active", "pending", "disabled"])
def test_an_update_waits_and_changes_nothing(
    client: FlaskClient,
    registrant: Registrant,
    known: UUID,
    sessions: Sessions,
    session: Session,
    engine: Engine,
    state: str,
) -> None:
    with unit_of_work(sessions) as writing:
        if state == "pending":
            there = writing.get_one(Registration, known)
            there.active, there.approved_at = False, None
        elif state == "disabled":
            switch_registration(writing, registration_id=known, active=False)
    invitation = registrant.invitation(sessions, label="Riverside College")
    before = rows_without(engine, "registration_update", "registration_invitation")
    page = registrant.send(client, invitation)
    assert page.status_code == 200
    assert "Keep the tool" in page.text
    assert "Remove" not in page.text
    assert rows_without(engine, "registration_update", "registration_invitation") == before
    kept = waiting(session)
    assert (kept.registration_id, kept.label, kept.deployment_id) == (known, "Riverside College", "1")
    assert (kept.auth_login_url, kept.jwks_url) == (f"{registrant.url}/auth", f"{registrant.url}/jwks")
    assert kept.scopes == [SCORE, MEMBERS]
    # Sent again it says the same, and asks the platform for nothing.
    asked = len(registrant.asked)
    again = registrant.send(client, invitation)
    assert (again.status_code, "Keep the tool" in again.text) == (200, True)
    assert len(registrant.asked) == asked


def test_an_administrator_sees_both_and_approves(
    client: FlaskClient,
    administrator: AdministratorVisit,
    registrant: Registrant,
    known: UUID,
    sessions: Sessions,
    session: Session,
) -> None:
    with unit_of_work(sessions) as writing:
        writing.add(
            AccessToken(
                registration_id=known,
                scopes=SCORE,
                token_sealed="x",
                expires_at=writing.get_one(Registration, known).created_at,
            )
        )
    registrant.granted = {TOOL_CONFIGURATION: {"deployment_id": "7"}}
    registrant.send(client, registrant.invitation(sessions, label="Riverside College"))
    page = administrator.page().text
    for shown in (
        f"{registrant.url}/old-auth",
        f"{registrant.url}/auth",
        f"{registrant.url}/old-jwks",
        f"{registrant.url}/jwks",
        "Riverside College",
        "read the roster",
        "An update waits for approval",
    ):
        assert shown in page, shown
    assert f"{registrant.url}/token" not in page  # it stays as it is
    with capture_logs() as logs:
        done = administrator.press(f"/updates/{waiting(session).id}/apply")
    assert (done.status_code, done.location) == (303, f"/admin#registration-{known}")
    assert [(entry["event"], entry["subject"]) for entry in logs] == [("registration_updated", str(known))]
    there = registration(session, known)
    assert (there.auth_login_url, there.jwks_url, there.label) == (
        f"{registrant.url}/auth",
        f"{registrant.url}/jwks",
        "Riverside College",
    )
    assert there.scopes == [SCORE, MEMBERS]
    assert there.state is RegistrationState.ACTIVE
    assert sorted(session.scalars(select(Deployment.deployment_id))) == ["1", "7"]
    assert session.scalars(select(RegistrationUpdate)).all() == []
    # Keys from the address of before would let in whoever signs with them.
    assert session.get(PlatformKeySet, known) is None
    assert session.scalars(select(AccessToken)).all() == []
    assert "An update waits for approval" not in administrator.page().text


def test_an_administrator_can_decline(
    client: FlaskClient,
    administrator: AdministratorVisit,
    registrant: Registrant,
    known: UUID,
    sessions: Sessions,
    session: Session,
    engine: Engine,
) -> None:
    before = rows_without(engine, "registration_invitation", "admin_session")
    registrant.send(client, registrant.invitation(sessions))
    with capture_logs() as logs:
        assert administrator.press(f"/updates/{waiting(session).id}/decline").status_code == 303
    assert [entry["event"] for entry in logs] == ["registration_update_declined"]
    assert rows_without(engine, "registration_invitation", "admin_session") == before
    for act in ("apply", "decline"):
        assert administrator.press(f"/updates/{uuid4()}/{act}").status_code == 404


def test_what_is_approved_is_what_was_shown(
    client: FlaskClient,
    administrator: AdministratorVisit,
    registrant: Registrant,
    known: UUID,
    sessions: Sessions,
    session: Session,
) -> None:
    registrant.send(client, registrant.invitation(sessions))
    shown = waiting(session).id
    registrant.configuration = {"jwks_uri": f"{registrant.url}/newer-jwks"}
    registrant.send(client, registrant.invitation(sessions))
    assert administrator.press(f"/updates/{shown}/apply").status_code == 404
    assert registration(session, known).jwks_url == f"{registrant.url}/old-jwks"
    assert waiting(session).jwks_url == f"{registrant.url}/newer-jwks"


def test_nothing_new_leaves_nothing_to_approve(
    client: FlaskClient,
    administrator: AdministratorVisit,
    registrant: Registrant,
    known: UUID,
    sessions: Sessions,
    session: Session,
) -> None:
    registrant.send(client, registrant.invitation(sessions))
    # It went back to how it was; so what waits is out of date.
    registrant.configuration = {
        "authorization_endpoint": f"{registrant.url}/old-auth",
        "jwks_uri": f"{registrant.url}/old-jwks",
        "scopes_supported": [SCORE],
    }
    invitation = registrant.invitation(sessions, label=None)
    for _ in range(2):
        page = registrant.send(client, invitation)
        assert page.status_code == 200
        assert "Nothing has changed" in page.text
        assert "Keep the tool" in page.text
    session.rollback()
    assert session.scalars(select(RegistrationUpdate)).all() == []
    assert registration(session, known).label == "Riverside"
    assert "An update waits for approval" not in administrator.page().text


@pytest.mark.parametrize(
    ("configuration", "granted"),
    [
        pytest.param({"jwks_uri": "http://evil.test/jwks"}, {}, id="keys elsewhere"),
        pytest.param({"token_endpoint": "http://evil.test/token"}, {}, id="tokens elsewhere"),
        pytest.param({"issuer": "https://lms.example"}, {}, id="another's issuer"),
        pytest.param({}, {"jwks_uri": "http://evil.test/keys"}, id="another tool's keys"),
    ],
)
def test_a_stranger_with_an_invitation_gets_nowhere(
    client: FlaskClient,
    registrant: Registrant,
    known: UUID,
    sessions: Sessions,
    engine: Engine,
    configuration: dict[str, object],
    granted: dict[str, object],
) -> None:
    with unit_of_work(sessions) as session:
        add_platform(
            session,
            issuer="https://lms.example",
            client_id="client-1",
            auth_login_url="https://lms.example/auth",
            auth_token_url="https://lms.example/token",
            jwks_url="https://lms.example/jwks",
        )
    registrant.configuration, registrant.granted = configuration, granted
    invitation = registrant.invitation(sessions)
    before = everything(engine)
    assert registrant.send(client, invitation).status_code == 400
    assert everything(engine) == before
    assert known


def test_an_invitation_for_another_platform_brings_no_update(
    client: FlaskClient, registrant: Registrant, known: UUID, sessions: Sessions, session: Session
) -> None:
    refused = registrant.send(client, registrant.invitation(sessions, issuer="https://lms.example"))
    assert refused.status_code == 404
    session.rollback()
    assert known
    assert session.scalars(select(RegistrationUpdate)).all() == []


def test_addresses_on_another_host_than_before_are_pointed_out(
    client: FlaskClient,
    administrator: AdministratorVisit,
    registrant: Registrant,
    known: UUID,
    sessions: Sessions,
) -> None:
    """Registered by hand with keys elsewhere: who approves has to know that they move."""
    registrant.send(client, registrant.invitation(sessions))
    assert "a different host" not in administrator.page().text
    with unit_of_work(sessions) as session:
        session.get_one(Registration, known).jwks_url = "https://keys.example/jwks"
    assert "a different host" in administrator.page().text


def test_no_page_tells_to_remove_the_tool(
    client: FlaskClient, registrant: Registrant, known: UUID, sessions: Sessions
) -> None:
    """Whatever goes wrong on the way of an update, the tool that carries the activities stays."""

    def declined(_request: Request) -> Response:
        return Response(SAID, 401)

    used = registrant.invitation(sessions)
    registrant.send(client, used)
    pages = [registrant.open(client, used).text, registrant.open(client, "unknown").text]
    for describes, registers in (
        (declined, None),
        (as_json({}), None),
        (None, declined),
        (None, as_json({})),
    ):
        registrant.describes, registrant.registers = describes, registers
        pages.append(registrant.send(client, registrant.invitation(sessions)).text)
    assert known
    assert not [page for page in pages if "emove the tool" in page or "elete the tool" in page]


def test_another_client_of_the_same_platform_is_told_apart(
    client: FlaskClient,
    administrator: AdministratorVisit,
    registrant: Registrant,
    known: UUID,
    sessions: Sessions,
) -> None:
    """Added as a new tool instead of as an update: the administrator learns that there are two."""
    assert "registered 2 times" not in administrator.page().text
    registrant.granted = {"client_id": "client-2"}
    page = registrant.send(client, registrant.invitation(sessions, label=None))
    assert "waiting for approval" in page.text
    shown = administrator.page().text
    assert known
    assert shown.count("registered 2 times") == 2
    assert "segue platform move" in shown


def test_by_hand_kept_keys_and_tokens_go_with_the_addresses(
    known: UUID, sessions: Sessions, session: Session, registrant: Registrant
) -> None:
    with unit_of_work(sessions) as writing:
        there = writing.get_one(Registration, known)
        writing.add(
            AccessToken(registration_id=known, scopes=SCORE, token_sealed="x", expires_at=there.created_at)
        )
        change_platform(writing, registration_id=known, label="Another name")
    assert session.get(PlatformKeySet, known)
    assert session.scalars(select(AccessToken)).all()
    with unit_of_work(sessions) as writing:
        addresses = {"jwks_url": f"{registrant.url}/keys", "auth_audience": f"{registrant.url}/audience"}
        change_platform(writing, registration_id=known, **addresses)
    there = registration(session, known)
    assert (there.label, there.jwks_url) == ("Another name", addresses["jwks_url"])
    assert session.get(PlatformKeySet, known) is None
    assert session.scalars(select(AccessToken)).all() == []
