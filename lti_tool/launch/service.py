"""Accepting a launch: from the platform's form to a session."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import look_up, unit_of_work
from lti_tool.core.secrets import digest, matches
from lti_tool.launch.admission import LaunchAccepted, admit
from lti_tool.launch.claims import MessageClaims
from lti_tool.launch.entrance import Entrance, find_entrance
from lti_tool.launch.errors import Advice, DeploymentPendingError, LaunchRefusedError, refusals_of
from lti_tool.launch.guard import key_id, verified_claims
from lti_tool.launch.login import refuse_unless_active
from lti_tool.launch.message import read_message
from lti_tool.launch.models import LaunchAttempt
from lti_tool.launch.origins import embedders_of
from lti_tool.launch.proof import ProofNeeded, hold_launch, storage_of, take_launch
from lti_tool.platforms.health import note_error
from lti_tool.platforms.key_sets import KeySetUnavailableError, KeyUnknownError, find_key
from lti_tool.platforms.models import PlatformKeySet, Registration
from lti_tool.platforms.service import keep_pending_deployment

_STARTED = (
    select(LaunchAttempt, Registration, PlatformKeySet)
    .join(Registration, Registration.id == LaunchAttempt.registration_id)
    .outerjoin(PlatformKeySet, PlatformKeySet.registration_id == Registration.id)
    .where(LaunchAttempt.state_digest == bindparam("state_digest"))
)
_ATTEMPT = cast("Table", LaunchAttempt.__table__)
_USE_UP = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.state_digest == bindparam("of_state"), _ATTEMPT.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
    .returning(_ATTEMPT.c.state_digest)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What login bound together, and the platform that it was for. The rows are for reading alone."""

    attempt: LaunchAttempt
    registration: Registration
    key_set: PlatformKeySet | None


def accept_launch(
    sessions: sessionmaker[Session], *, state: str, id_token: str, browser_secret: str | None
) -> LaunchAccepted | ProofNeeded:
    """Let a launch in, hold it for the browser's proof, or raise LaunchRefusedError.

    One look and one transaction, because the platform's keys may have to be fetched between them. The
    attempt is used up in the second, after the signature was checked and together with all rows of the
    launch: of several posts of one token exactly one gets in. Without the browser's secret nothing is made
    but the pending launch (`finish_launch`): state is never skipped.
    """
    with look_up(sessions) as session:
        started = _find_started(session, state, browser_secret)
    with refusals_of(started.registration.id):
        claims = _checked_claims(sessions, started, id_token)
        message = read_message(claims)
        _check_attempt(message, started.attempt)
        with unit_of_work(sessions) as session:
            _use_up(session, started.attempt)
            entrance = find_entrance(session, registration_id=started.registration.id, message=message)
            if browser_secret is None:
                return _hold(started, entrance, claims)
            return admit(entrance, message)


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
        with refusals_of(held.registration_id):
            message = read_message(held.claims)
            return admit(
                find_entrance(session, registration_id=held.registration_id, message=message), message
            )


def _hold(started: Started, entrance: Entrance, claims: dict[str, object]) -> ProofNeeded:
    registration = entrance.registration
    pending_id = hold_launch(
        entrance.session,
        browser_digest=started.attempt.browser_digest,
        registration_id=registration.id,
        deployment_id=entrance.deployment.id,
        claims=claims,
    )
    return ProofNeeded(
        pending_id=pending_id,
        storage=storage_of(registration, started.attempt.storage_target),
        embedders=embedders_of(registration),
    )


def _find_started(session: Session, state: str, browser_secret: str | None) -> Started:
    row = session.execute(_STARTED, {"state_digest": digest(state)}).one_or_none()
    if row is None:
        raise LaunchRefusedError("state_unknown", Advice.AGAIN)
    attempt, registration, key_set = row
    if attempt.used_at is not None:
        raise LaunchRefusedError("state_used", Advice.AGAIN)
    if attempt.expires_at <= clock.now():
        raise LaunchRefusedError("state_expired", Advice.AGAIN)
    if browser_secret is not None and not matches(browser_secret, attempt.browser_digest):
        raise LaunchRefusedError("browser_differs", Advice.AGAIN)
    refuse_unless_active(registration)
    return Started(attempt=attempt, registration=registration, key_set=key_set)


def _checked_claims(sessions: sessionmaker[Session], started: Started, id_token: str) -> dict[str, object]:
    registration = started.registration
    try:
        key = find_key(sessions, registration, started.key_set, key_id(id_token))
    except KeyUnknownError:
        raise LaunchRefusedError("kid_unknown") from None
    except KeySetUnavailableError:
        raise LaunchRefusedError("platform_keys_unavailable", Advice.LATER, status=503) from None
    return verified_claims(
        id_token,
        key,
        issuer=registration.issuer,
        client_id=registration.client_id,
        nonce=started.attempt.nonce,
    )


def _check_attempt(message: MessageClaims, attempt: LaunchAttempt) -> None:
    """That the platform answers what login asked."""
    if message.target_link_uri != attempt.target_link_uri:
        raise LaunchRefusedError("target_differs_from_login")
    if attempt.deployment_hint not in {None, message.deployment_id}:
        raise LaunchRefusedError("deployment_differs_from_login")


def _use_up(session: Session, attempt: LaunchAttempt) -> None:
    used = session.execute(_USE_UP, {"of_state": attempt.state_digest, "now": clock.now()})
    if used.one_or_none() is None:
        raise LaunchRefusedError("state_used", Advice.AGAIN)
