"""Accepting a launch: from the platform's form to a session."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.secrets import digest, matches
from lti_tool.launch.admission import LaunchAccepted, admit
from lti_tool.launch.claims import MessageClaims
from lti_tool.launch.errors import Advice, LaunchRefusedError
from lti_tool.launch.guard import key_id, verified_claims
from lti_tool.launch.message import read_message
from lti_tool.launch.models import LaunchAttempt
from lti_tool.platforms.key_sets import KeySetUnavailableError, KeyUnknownError, find_key
from lti_tool.platforms.models import Deployment, Registration


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
    claims = _checked_claims(sessions, attempt, id_token)
    message = read_message(claims)
    _check_target(message, attempt)
    with unit_of_work(sessions) as session:
        deployment_id = _deployment_of(session, message, attempt)
        _use_up(session, attempt)
        return admit(
            session, registration_id=attempt.registration_id, deployment_id=deployment_id, message=message
        )


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
    if not registration.active:
        raise LaunchRefusedError("registration_inactive")
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


def _check_target(message: MessageClaims, attempt: Attempt) -> None:
    if message.target_link_uri != attempt.target_link_uri:
        raise LaunchRefusedError("target_differs_from_login")


def _deployment_of(session: Session, message: MessageClaims, attempt: Attempt) -> UUID:
    if attempt.deployment_hint is not None and attempt.deployment_hint != message.deployment_id:
        raise LaunchRefusedError("deployment_differs_from_login")
    found = session.scalars(
        select(Deployment.id).filter_by(
            registration_id=attempt.registration_id, deployment_id=message.deployment_id
        )
    ).one_or_none()
    if found is None:
        raise LaunchRefusedError("deployment_unknown")
    return found


def _use_up(session: Session, attempt: Attempt) -> None:
    used = session.execute(
        update(LaunchAttempt)
        .where(LaunchAttempt.state_digest == attempt.state_digest, LaunchAttempt.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(LaunchAttempt.state_digest)
    ).one_or_none()
    if used is None:
        raise LaunchRefusedError("state_used", Advice.AGAIN)
