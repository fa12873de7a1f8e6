"""Platforms that register themselves: what they are asked, what is kept, and how often."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.wrappers import Request, Response

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.errors import NotFoundError
from lti_tool.platforms.invitations import claim_invitation, revoke_invitation
from lti_tool.platforms.models import Deployment, Invitation, Registration, RegistrationState
from lti_tool.platforms.service import add_platform
from tests.contract.conftest import everything_written
from tests.platforms.registrant import (
    PLATFORM_CONFIGURATION,
    TOKEN,
    TOOL,
    TOOL_CONFIGURATION,
    Registrant,
    as_json,
)

Sessions = sessionmaker[Session]


def registrations(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Registration)) or 0


def test_it_is_registered_and_waits_for_approval(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session, engine: Engine
) -> None:
    invitation = registrant.invitation(sessions)
    with capture_logs() as logs:
        page = registrant.open(client, invitation)
        assert page.status_code == 200
        assert "127.0.0.1" in page.text
        assert registrant.asked == []
        assert registrations(session) == 0
        done = registrant.send(client, invitation)
    assert done.status_code == 200
    assert "waiting for approval" in done.text
    kept = session.scalars(select(Registration)).one()
    assert (kept.issuer, kept.client_id, kept.label) == (registrant.url, "client-1", "Riverside")
    assert (kept.auth_login_url, kept.auth_token_url, kept.jwks_url) == (
        f"{registrant.url}/auth",
        f"{registrant.url}/token",
        f"{registrant.url}/jwks",
    )
    assert kept.auth_audience is None
    assert kept.state is RegistrationState.PENDING
    assert [scope.rpartition("/")[2] for scope in kept.scopes or ()] == [
        "score",
        "contextmembership.readonly",
    ]
    assert session.scalars(select(Deployment.deployment_id)).all() == ["1"]
    # The token went to the platform alone.
    assert TOKEN not in done.text
    written = everything_written(engine)
    assert "client-1" in written
    assert TOKEN not in written
    assert invitation not in written
    assert not any(secret in str(logs) for secret in (TOKEN, invitation, "client-1"))
    assert [request.headers["Authorization"] for request in registrant.counterpart.requests] == [
        f"Bearer {TOKEN}"
    ] * 2


def test_what_we_ask_for(client: FlaskClient, registrant: Registrant, sessions: Sessions) -> None:
    registrant.send(client, registrant.invitation(sessions))
    asked = registrant.counterpart.requests[-1].get_json()
    tool = asked.pop(TOOL_CONFIGURATION)
    assert asked == {
        "application_type": "web",
        "client_name": "Segue",
        "grant_types": ["client_credentials", "implicit"],
        "response_types": ["id_token"],
        "redirect_uris": [f"{TOOL}/lti/launch"],
        "initiate_login_uri": f"{TOOL}/lti/login",
        "jwks_uri": f"{TOOL}/lti/jwks.json",
        "logo_uri": f"{TOOL}/lti/logo.svg",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score "
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    }
    assert tool["domain"] == "127.0.0.1:8000"
    assert tool["claims"] == ["iss", "sub", "name", "given_name", "family_name"]
    assert tool["custom_parameters"] == {
        "resource_link_history": "$ResourceLink.id.history",
        "context_history": "$Context.id.history",
    }
    assert [message["type"] for message in tool["messages"]] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]
    assert client.get("/lti/logo.svg", base_url=TOOL).mimetype == "image/svg+xml"


def test_canvas_gets_what_canvas_alone_understands(
    client: FlaskClient, registrant: Registrant, sessions: Sessions
) -> None:
    placements = ["course_navigation", "link_selection", "account_navigation"]
    registrant.configuration = {
        "authorization_server": "127.0.0.1",  # a host alone
        PLATFORM_CONFIGURATION: {
            "product_family_code": "canvas",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest", "placements": placements},
                {"type": "LtiDeepLinkingRequest", "placements": placements},
                {"type": "LtiAssetProcessorSettingsRequest"},
            ],
        },
    }
    # On its standard port its host alone would be its origin; here its port has to stand with it.
    registrant.configuration["authorization_server"] = registrant.url.removeprefix("http://")
    assert registrant.send(client, registrant.invitation(sessions)).status_code == 200
    tool = registrant.counterpart.requests[-1].get_json()[TOOL_CONFIGURATION]
    assert tool["https://canvas.instructure.com/lti/privacy_level"] == "name_only"
    assert [message.get("placements") for message in tool["messages"]] == [
        ["course_navigation"],
        ["link_selection"],
    ]


def test_an_audience_of_its_own_is_kept(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    registrant.configuration = {"authorization_server": f"{registrant.url}/audience"}
    registrant.granted = {"scope": None, TOOL_CONFIGURATION: None}
    assert registrant.send(client, registrant.invitation(sessions)).status_code == 200
    kept = session.scalars(select(Registration)).one()
    assert kept.auth_audience == f"{registrant.url}/audience"
    assert len(kept.scopes or ()) == 2  # it said nothing of scopes, so it granted what was asked
    assert session.scalars(select(Deployment)).all() == []


def test_the_same_link_sent_again_is_no_second_registration(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    invitation = registrant.invitation(sessions)
    pages = [registrant.send(client, invitation) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert all("Connected, waiting for approval" in page.text for page in pages)
    assert len(registrant.asked) == 2
    assert registrations(session) == 1
    # To open it again is something else, and so is another platform with it.
    assert registrant.open(client, invitation).status_code == 404
    elsewhere = registrant.send(client, invitation, openid_configuration="http://127.0.0.1:9/other")
    assert elsewhere.status_code == 404
    assert registrations(session) == 1


def test_a_second_click_meanwhile_waits_and_then_sees_how_it_went(
    app: Flask, client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(request: Request) -> Response:
        begun.set()
        assert go_on.wait(10)
        return as_json(registrant.described())(request)

    registrant.describes = slowly
    invitation = registrant.invitation(sessions)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(registrant.send, app.test_client(), invitation)
        assert begun.wait(10)
        second = registrant.send(client, invitation)
        go_on.set()
        assert first.result().status_code == 200
    assert second.status_code == 409
    assert "Check the result" in second.text
    assert registrant.send(client, invitation).status_code == 200
    assert registrations(session) == 1
    assert registrant.asked == ["GET /.well-known/openid-configuration", "POST /register"]


def test_of_many_at_once_one_registers(
    app: Flask, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    invitation = registrant.invitation(sessions)
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: registrant.send(app.test_client(), invitation), range(8)))
    assert {page.status_code for page in pages} <= {200, 409}
    assert 200 in {page.status_code for page in pages}
    assert registrations(session) == 1
    assert registrant.asked.count("POST /register") == 1


def test_after_a_crash_it_can_be_tried_again_in_a_minute(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    invitation = registrant.invitation(sessions)
    with unit_of_work(sessions) as crashed:  # where a killed process leaves it
        claim_invitation(crashed, crashed.scalars(select(Invitation.id)).one())
    assert registrant.send(client, invitation).status_code == 409
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        assert registrant.send(client, invitation).status_code == 200
    assert registrations(session) == 1


def test_an_invitation_expires_and_can_be_revoked(
    client: FlaskClient, registrant: Registrant, sessions: Sessions
) -> None:
    invitation = registrant.invitation(sessions, life=timedelta(days=1))
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1), tick=False):
        assert registrant.open(client, invitation).status_code == 404
        assert registrant.send(client, invitation).status_code == 404
    assert registrant.open(client, invitation).status_code == 200
    with unit_of_work(sessions) as session:
        revoke_invitation(session, invitation_id=session.scalars(select(Invitation.id)).one())
    refused = registrant.send(client, invitation)
    assert refused.status_code == 404
    assert "This invitation is not valid" in refused.text
    assert registrant.asked == []


def test_revoked_while_it_is_being_used(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    def revoke(request: Request) -> Response:
        with unit_of_work(sessions) as own:
            revoke_invitation(own, invitation_id=own.scalars(select(Invitation.id)).one())
        return as_json(registrant.described())(request)

    registrant.describes = revoke
    assert registrant.send(client, registrant.invitation(sessions)).status_code == 404
    assert registrations(session) == 0


def test_a_used_invitation_is_not_revoked(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    registrant.send(client, registrant.invitation(sessions))
    with pytest.raises(NotFoundError):
        revoke_invitation(session, invitation_id=session.scalars(select(Invitation.id)).one())


def test_an_invitation_for_one_platform_is_of_no_use_to_another(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    with capture_logs() as logs:
        refused = registrant.send(client, registrant.invitation(sessions, issuer="https://lms.example"))
    assert (refused.status_code, logs[-1]["code"]) == (404, "invitation_for_another")
    assert registrant.asked == ["GET /.well-known/openid-configuration"]
    assert registrations(session) == 0
    assert registrant.send(client, registrant.invitation(sessions, issuer=registrant.url)).status_code == 200


def test_one_client_of_two_issuers_is_two(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, session: Session
) -> None:
    with unit_of_work(sessions) as own:
        add_platform(
            own,
            issuer="https://lms.example",
            client_id="client-1",
            auth_login_url="https://lms.example/auth",
            auth_token_url="https://lms.example/token",
            jwks_url="https://lms.example/jwks",
        )
    assert registrant.send(client, registrant.invitation(sessions)).status_code == 200
    assert registrations(session) == 2


def test_the_bodies_of_requests_are_json(
    client: FlaskClient, registrant: Registrant, sessions: Sessions
) -> None:
    registrant.send(client, registrant.invitation(sessions))
    described, registered = registrant.counterpart.requests
    assert described.headers["Accept"] == registered.headers["Accept"] == "application/json"
    assert registered.mimetype == "application/json"
    assert json.loads(registered.get_data())["client_name"] == "Segue"
