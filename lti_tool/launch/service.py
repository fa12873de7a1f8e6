"""Accepting a launch: from the platform's form to a session."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock, events
from lti_tool.core.db import unit_of_work
from lti_tool.core.secrets import digest, matches
from lti_tool.courses.service import keep_course, keep_placement
from lti_tool.launch.claims import LaunchClaims
from lti_tool.launch.errors import Advice, DeploymentPendingError, LaunchRefusedError, refusals_of
from lti_tool.launch.events import Launched
from lti_tool.launch.guard import key_id, verified_claims
from lti_tool.launch.login import refuse_unless_active
from lti_tool.launch.message import read_resource_link_launch
from lti_tool.launch.models import Launch, LaunchAttempt
from lti_tool.launch.sessions import LIFE, find_actor
from lti_tool.people.roles import role_of
from lti_tool.people.service import keep_membership, keep_person
from lti_tool.platforms.health import note_error, note_launch
from lti_tool.platforms.key_sets import KeySetUnavailableError, KeyUnknownError, find_key
from lti_tool.platforms.models import Deployment, Registration
from lti_tool.platforms.service import keep_pending_deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What login bound together, as the launch needs it."""

    state_digest: str
    nonce: str
    deployment_hint: str | None
    target_link_uri: str
    registration_id: UUID
    issuer: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchAccepted:
    launch_id: UUID
    secret: str
    """What the browser keeps; only its digest is stored."""


def accept_launch(
    sessions: sessionmaker[Session], *, state: str, id_token: str, browser_secret: str | None
) -> LaunchAccepted:
    """Let a launch in, or raise LaunchRefusedError.

    Two short transactions, because the platform's keys may have to be fetched between them. The
    attempt is used up in the second, after the signature was checked and together with all rows
    of the launch: of several posts of one token exactly one gets in.
    """
    with unit_of_work(sessions) as session:
        attempt = _open_attempt(session, state, browser_secret)
    with refusals_of(attempt.registration_id):
        claims = _checked_claims(sessions, attempt, id_token)
        launch = read_resource_link_launch(claims)
        _check_target(launch, attempt)
        with unit_of_work(sessions) as session:
            deployment_id = _deployment_of(session, launch, attempt)
            _use_up(session, attempt)
            return admit(
                session, registration_id=attempt.registration_id, deployment_id=deployment_id, claims=launch
            )


def note_refusal(session: Session, refusal: LaunchRefusedError) -> None:
    """Tell an administrator of it: the last error of its registration, and a deployment to approve."""
    if refusal.registration_id is None:
        return
    if isinstance(refusal, DeploymentPendingError):
        keep_pending_deployment(
            session, registration_id=refusal.registration_id, deployment_id=refusal.deployment_id
        )
    note_error(session, registration_id=refusal.registration_id, code=refusal.code)


def _open_attempt(session: Session, state: str, browser_secret: str | None) -> Attempt:
    row = session.execute(
        select(LaunchAttempt, Registration)
        .join(Registration, Registration.id == LaunchAttempt.registration_id)
        .where(LaunchAttempt.state_digest == digest(state))
    ).one_or_none()
    if row is None:
        raise LaunchRefusedError("state_unknown", Advice.AGAIN)
    attempt, registration = row
    if attempt.used_at is not None:
        raise LaunchRefusedError("state_used", Advice.AGAIN)
    if attempt.expires_at <= clock.now():
        raise LaunchRefusedError("state_expired", Advice.AGAIN)
    if browser_secret is None:
        raise LaunchRefusedError("browser_unproven", Advice.BROWSER)
    if not matches(browser_secret, attempt.browser_digest):
        raise LaunchRefusedError("browser_differs", Advice.AGAIN)
    refuse_unless_active(registration)
    return Attempt(
        state_digest=attempt.state_digest,
        nonce=attempt.nonce,
        deployment_hint=attempt.deployment_hint,
        target_link_uri=attempt.target_link_uri,
        registration_id=registration.id,
        issuer=registration.issuer,
        client_id=registration.client_id,
    )


def _checked_claims(sessions: sessionmaker[Session], attempt: Attempt, id_token: str) -> dict[str, object]:
    try:
        key = find_key(sessions, attempt.registration_id, key_id(id_token))
    except KeyUnknownError:
        raise LaunchRefusedError("kid_unknown") from None
    except KeySetUnavailableError:
        raise LaunchRefusedError("platform_keys_unavailable", Advice.LATER, status=503) from None
    return verified_claims(
        id_token, key, issuer=attempt.issuer, client_id=attempt.client_id, nonce=attempt.nonce
    )


def _check_target(launch: LaunchClaims, attempt: Attempt) -> None:
    if launch.target_link_uri != attempt.target_link_uri:
        raise LaunchRefusedError("target_differs_from_login")


def _deployment_of(session: Session, launch: LaunchClaims, attempt: Attempt) -> UUID:
    if attempt.deployment_hint is not None and attempt.deployment_hint != launch.deployment_id:
        raise LaunchRefusedError("deployment_differs_from_login")
    found = session.scalars(
        select(Deployment).filter_by(
            registration_id=attempt.registration_id, deployment_id=launch.deployment_id
        )
    ).one_or_none()
    if found is None or found.approved_at is None:
        raise DeploymentPendingError(launch.deployment_id)
    return found.id


def _use_up(session: Session, attempt: Attempt) -> None:
    used = session.execute(
        update(LaunchAttempt)
        .where(LaunchAttempt.state_digest == attempt.state_digest, LaunchAttempt.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(LaunchAttempt.state_digest)
    ).one_or_none()
    if used is None:
        raise LaunchRefusedError("state_used", Advice.AGAIN)


def admit(
    session: Session, *, registration_id: UUID, deployment_id: UUID, claims: LaunchClaims
) -> LaunchAccepted:
    """Create or update person, course, membership and placement; open the session.

    The claims must be verified: this asks nothing any more.
    """
    registration = session.get_one(Registration, registration_id)
    link = claims.resource_link
    # A link outside any course is a space of its own (context is optional, LTI Core 1.3 section 5.4.1).
    context_id = claims.context.id if claims.context else f"resource-link:{link.id}"
    course_title = (claims.context.title or claims.context.label) if claims.context else link.title
    course_id = keep_course(session, deployment_id=deployment_id, context_id=context_id, title=course_title)
    placement_id = keep_placement(
        session, course_id=course_id, resource_link_id=link.id, title=link.title, description=link.description
    )
    person_id = keep_person(session, registration_id=registration_id, sub=claims.sub, name=claims.shown_name)
    role = role_of(claims.roles)
    keep_membership(session, course_id=course_id, person_id=person_id, role=role)
    secret = secrets.token_urlsafe(32)
    launch = Launch(
        secret_digest=digest(secret),
        person_id=person_id,
        course_id=course_id,
        placement_id=placement_id,
        role=role,
        locale=claims.language,
        platform_name=(claims.tool_platform.name if claims.tool_platform else "")
        or urlsplit(registration.issuer).hostname
        or registration.issuer,
        embedders=_embedders(registration, claims),
        expires_at=clock.now() + LIFE,
    )
    session.add(launch)
    session.flush()
    actor = find_actor(session, launch_id=launch.id, secret=secret)
    if actor is None:  # it was made a line above
        raise LaunchRefusedError("launch_vanished", Advice.AGAIN, status=503)
    events.record(session, Launched(actor=actor, at=launch.created_at))
    note_launch(session, registration_id=registration_id)
    return LaunchAccepted(launch_id=launch.id, secret=secret)


def _embedders(registration: Registration, claims: LaunchClaims) -> list[str]:
    """Where the platform's pages come from. A hosted LMS often has another origin than its issuer."""
    known = [
        registration.issuer,
        registration.auth_login_url,
        claims.presentation and claims.presentation.return_url,
    ]
    return sorted({origin for address in known if address and (origin := _origin(address))})


def _origin(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    host = parts.hostname or ""
    plain = host.isascii() and host.replace("-", "").replace(".", "").isalnum()
    return f"{parts.scheme}://{host}{port}" if parts.scheme in {"http", "https"} and plain else None
