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
from lti_tool.launch.errors import Advice, DeploymentPendingError, LaunchRefusedError, refusals_of
from lti_tool.launch.guard import key_id, verified_claims
from lti_tool.launch.login import refuse_unless_active
from lti_tool.launch.message import read_message
from lti_tool.launch.models import LaunchAttempt
from lti_tool.launch.origins import embedders_of
from lti_tool.launch.proof import PlatformStorage, ProofNeeded, hold_launch, storage_of, take_launch
from lti_tool.platforms.health import note_error
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
    browser_digest: str
    storage: PlatformStorage | None
    embedders: list[str]


def accept_launch(
    sessions: sessionmaker[Session], *, state: str, id_token: str, browser_secret: str | None
) -> LaunchAccepted | ProofNeeded:
    """Let a launch in, hold it for the browser's proof, or raise LaunchRefusedError.

    Two short transactions, because the platform's keys may have to be fetched between them. The
    attempt is used up in the second, after the signature was checked and together with all rows
    of the launch: of several posts of one token exactly one gets in. Without the browser's secret nothing
    is made but the pending launch (`finish_launch`): state is never skipped.
    """
    with unit_of_work(sessions) as session:
        attempt = _open_attempt(session, state, browser_secret)
    with refusals_of(attempt.registration_id):
        claims = _checked_claims(sessions, attempt, id_token)
        message = read_message(claims)
        _check_target(message, attempt)
        with unit_of_work(sessions) as session:
            deployment_id = _deployment_of(session, message, attempt)
            _use_up(session, attempt)
            if browser_secret is None:
                return _hold(session, attempt, deployment_id, claims)
            return admit(
                session,
                registration_id=attempt.registration_id,
                deployment_id=deployment_id,
                message=message,
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


def finish_launch(sessions: sessionmaker[Session], *, pending_id: str, browser_secret: str) -> LaunchAccepted:
    """Let in a launch that was held, once, for the browser that began it. Raises LaunchRefusedError."""
    with unit_of_work(sessions) as session:
        held = take_launch(session, pending_id=pending_id, browser_secret=browser_secret)
        return admit(
            session,
            registration_id=held.registration_id,
            deployment_id=held.deployment_id,
            message=read_message(held.claims),
        )


def _hold(session: Session, attempt: Attempt, deployment_id: UUID, claims: dict[str, object]) -> ProofNeeded:
    pending_id = hold_launch(
        session,
        browser_digest=attempt.browser_digest,
        registration_id=attempt.registration_id,
        deployment_id=deployment_id,
        claims=claims,
    )
    return ProofNeeded(pending_id=pending_id, storage=attempt.storage, embedders=attempt.embedders)


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
    if browser_secret is not None and not matches(browser_secret, attempt.browser_digest):
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
        browser_digest=attempt.browser_digest,
        storage=storage_of(registration, attempt.storage_target),
        embedders=embedders_of(registration),
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
        select(Deployment).filter_by(
            registration_id=attempt.registration_id, deployment_id=message.deployment_id
        )
    ).one_or_none()
    if found is None or found.approved_at is None:
        raise DeploymentPendingError(message.deployment_id)
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
