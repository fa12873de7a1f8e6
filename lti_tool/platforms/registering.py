"""Registering a platform by its own description and ours (LTI Dynamic Registration 1.0).

Two short transactions with the platform's two answers between them. The first claims the invitation, so a
double click can't register twice; the second stores the registration and uses the invitation up. Whatever
goes wrong in between leaves an invitation that can be tried again: at once, or after a crash in a minute.

A platform that is registered already, with this client id, registers again where somebody chose "Update"
there. Then the registration stays as it is, and the update waits for an administrator (`updates.py`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.core.errors import ConflictError
from lti_tool.core.outbound import OutboundClient, OutboundError, Policy, policy_of, read_address
from lti_tool.core.text import is_clean
from lti_tool.platforms.invitations import (
    claim_invitation,
    find_invitation,
    release_invitation,
    use_up_invitation,
)
from lti_tool.platforms.models import Invitation, Registration, RegistrationState
from lti_tool.platforms.openid_configuration import OpenIdConfiguration, may_speak_for, read_configuration
from lti_tool.platforms.registration_errors import RegistrationRefusedError
from lti_tool.platforms.service import add_platform, find_registration
from lti_tool.platforms.tool_registration import GrantedRegistration, read_answer, registration_request
from lti_tool.platforms.updates import find_update, keep_update
from lti_tool.settings import Settings

log = structlog.get_logger(__name__)

_LARGEST = 256 * 1024
_LONGEST_TOKEN = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRequest:
    """What stands in the link when the platform opens it; empty strings for what is missing."""

    invitation: str = field(repr=False)
    openid_configuration: str = field(repr=False)  # with some platforms there is a token in it
    registration_token: str = field(repr=False)


def check_request(session: Session, request: RegistrationRequest) -> str:
    """The host that wants to be connected; asks nobody. Raises RegistrationRefusedError."""
    host = _host_of(request, settings_of(session))
    if find_invitation(session, request.invitation).registration_id is not None:
        raise RegistrationRefusedError("invitation_used")
    return host


class Outcome(StrEnum):
    """What came of it; each has its words in templates/platforms/registered.html."""

    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Registered:
    host: str
    outcome: Outcome


def register_platform(sessions: sessionmaker[Session], request: RegistrationRequest) -> Registered:
    """Register the platform, or keep its update; either waits for an administrator's approval.

    Sent again after it succeeded, it succeeds again and changes nothing. Raises RegistrationRefusedError.
    """
    with unit_of_work(sessions) as session:
        settings = settings_of(session)
        host = _host_of(request, settings)
        invitation = find_invitation(session, request.invitation)
        if invitation.registration_id is not None:
            return Registered(host, _what_came_of_it(session, invitation.registration_id, request))
        claim_invitation(session, invitation.id)
    with _released_on_failure(sessions, invitation.id):
        offered, granted, scopes = _agree(settings, request, invitation)
        with unit_of_work(sessions) as session:
            outcome = _keep(session, invitation, offered, granted, scopes)
    return Registered(host, outcome)


def _host_of(request: RegistrationRequest, settings: Settings) -> str:
    token = request.registration_token
    if len(token) > _LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        raise RegistrationRefusedError("request_incomplete")
    if not is_clean(request.invitation):
        raise RegistrationRefusedError("invitation_unknown")
    policy = policy_of(settings)
    try:
        return read_address(request.openid_configuration, policy).host
    except OutboundError:
        raise RegistrationRefusedError(_why_not(request.openid_configuration, policy)) from None


def _why_not(url: str, policy: Policy) -> str:
    """Why this address is not asked: it is none, or it is one that is asked in development alone."""
    try:
        address = read_address(url, replace(policy, https_only=False, standard_port_only=False))
    except OutboundError:
        return "request_incomplete"
    return "platform_over_http" if address.scheme == "http" else "platform_port"


def _what_came_of_it(session: Session, registration_id: UUID, request: RegistrationRequest) -> Outcome:
    registered = session.get_one(Registration, registration_id)
    policy = policy_of(settings_of(session))
    if not may_speak_for(registered.issuer, request.openid_configuration, policy):
        raise RegistrationRefusedError("invitation_used")
    if find_update(session, registration_id) is not None:
        return Outcome.UPDATE
    return Outcome.NEW if registered.state is RegistrationState.PENDING else Outcome.UNCHANGED


@contextmanager
def _released_on_failure(sessions: sessionmaker[Session], invitation_id: UUID) -> Iterator[None]:
    try:
        yield
    except Exception:  # whatever it is: it goes on to whoever called, and the link may be tried again
        with unit_of_work(sessions) as session:
            release_invitation(session, invitation_id)
        raise


def _agree(
    settings: Settings, request: RegistrationRequest, invitation: Invitation
) -> tuple[OpenIdConfiguration, GrantedRegistration, list[str]]:
    policy = policy_of(settings)
    client = OutboundClient(policy)
    # Canvas wants the token for its description too (Registering an LTI Tool, "Canvas OpenID Configuration").
    headers = {"Authorization": f"Bearer {request.registration_token}"} if request.registration_token else {}
    offered = read_configuration(client, request.openid_configuration, policy, headers=headers)
    if invitation.issuer not in {None, offered.issuer}:
        raise RegistrationRefusedError("invitation_for_another")
    asked = registration_request(settings.base_url, offered)
    granted = read_answer(_posted(client, offered.registration_endpoint, asked, headers), asked)
    return offered, granted, granted.scopes(asked["scope"])


def _posted(client: OutboundClient, url: str, document: dict[str, Any], headers: dict[str, str]) -> Any:
    try:
        answer = client.request(
            "POST",
            url,
            largest=_LARGEST,
            headers={**headers, "Accept": "application/json", "Content-Type": "application/json"},
            body=json.dumps(document).encode(),
        )
    except OutboundError:
        raise RegistrationRefusedError("registration_unavailable") from None
    if answer.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        declined = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
        raise RegistrationRefusedError("registration_declined" if declined else "registration_unavailable")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise RegistrationRefusedError("answer_invalid") from None


def _keep(
    session: Session,
    invitation: Invitation,
    offered: OpenIdConfiguration,
    granted: GrantedRegistration,
    scopes: list[str],
) -> Outcome:
    addresses: dict[str, Any] = {
        "auth_login_url": offered.authorization_endpoint,
        "auth_token_url": offered.token_endpoint,
        "auth_audience": offered.audience,
        "jwks_url": offered.jwks_uri,
    }
    try:
        registration = add_platform(
            session,
            issuer=offered.issuer,
            client_id=granted.client_id,
            # Approving the registration is approving the deployment that it came with.
            deployment_ids=[granted.deployment_id] if granted.deployment_id else [],
            label=invitation.label,
            scopes=scopes,
            approved=False,
            **addresses,
        )
        outcome = Outcome.NEW
    except ConflictError:
        registration = find_registration(session, issuer=offered.issuer, client_id=granted.client_id)
        waits = keep_update(
            session,
            registration,
            label=invitation.label,
            scopes=scopes,
            deployment_id=granted.deployment_id,
            **addresses,
        )
        outcome = Outcome.UPDATE if waits else Outcome.UNCHANGED
    use_up_invitation(session, invitation.id, registration_id=registration.id)
    log.info("platform_registered", registration=str(registration.id), outcome=str(outcome))
    return outcome
