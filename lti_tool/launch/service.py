"""Accepting a launch: from the platform's form to a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import settings_of, unit_of_work
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
from lti_tool.platforms.key_sets import KeySetUnavailableError, KeyUnknownError, find_key, known_key
from lti_tool.platforms.models import PlatformKeySet, Registration
from lti_tool.platforms.service import keep_pending_deployment

_ATTEMPT = cast("Table", LaunchAttempt.__table__)
_used = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.state_digest == bindparam("of_state"), _ATTEMPT.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
    .returning(*_ATTEMPT.c)
    .cte("used")
)
_USE_UP = (
    select(_used, Registration, PlatformKeySet)
    .join(Registration, Registration.id == _used.c.registration_id)
    .outerjoin(PlatformKeySet, PlatformKeySet.registration_id == Registration.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What login bound together, and the platform that it was for."""

    attempt: Row[Any]
    """The columns of LaunchAttempt."""
    registration: Registration
    key_set: PlatformKeySet | None


def accept_launch(
    sessions: sessionmaker[Session], *, state: str, id_token: str, browser_secret: str | None
) -> LaunchAccepted | ProofNeeded:
    """Let a launch in, hold it for the browser's proof, or raise LaunchRefusedError.

    One transaction uses the attempt up, checks the signature and writes all rows of the launch: of several
    posts of one token exactly one gets in, and a refused one uses nothing up. Where the platform's keys have
    to be fetched first, that is done between two transactions. Without the browser's secret nothing is made
    but the pending launch (`finish_launch`): state is never skipped.
    """
    try:
        return _take(sessions, state, id_token, browser_secret)
    except _KeysNeededError as needed:
        registration = needed.started.registration
        with refusals_of(registration.id), _keys_found(registration, https_only=_https_only(sessions)):
            key = find_key(sessions, registration, needed.started.key_set, needed.kid)
    return _take(sessions, state, id_token, browser_secret, key)


class _KeysNeededError(Exception):
    """The platform's keys are to be fetched first, with no transaction open."""

    def __init__(self, started: Started, kid: str) -> None:
        self.started, self.kid = started, kid


def _take(
    sessions: sessionmaker[Session],
    state: str,
    id_token: str,
    browser_secret: str | None,
    key: RSAPublicKey | None = None,
) -> LaunchAccepted | ProofNeeded:
    with unit_of_work(sessions) as session:
        started = _use_up(session, state, browser_secret)
        with refusals_of(started.registration.id):
            claims = _checked_claims(session, started, id_token, key)
            message = read_message(claims)
            _check_attempt(message, started.attempt)
            entrance = find_entrance(session, registration=started.registration, message=message)
            if browser_secret is None:
                return _hold(started, entrance, claims)
            storage = storage_of(started.registration, started.attempt.storage_target)
            return replace(admit(entrance, message), storage=storage)


def note_refusal(session: Session, refusal: LaunchRefusedError) -> None:
    """Tell an administrator of it: the last error of its registration, and a deployment to approve."""
    if refusal.registration_id is None:
        return
    if isinstance(refusal, DeploymentPendingError):
        keep_pending_deployment(
            session, registration_id=refusal.registration_id, deployment_id=refusal.deployment_id
        )
    fault = refusal.fault
    note_error(
        session,
        registration_id=refusal.registration_id,
        code=refusal.code,
        claim=fault.claim if fault else None,
        rule=fault.rule if fault else None,
    )


def finish_launch(sessions: sessionmaker[Session], *, pending_id: str, browser_secret: str) -> LaunchAccepted:
    """Let in a launch that was held, once, for the browser that began it. Raises LaunchRefusedError."""
    with unit_of_work(sessions) as session:
        held = take_launch(session, pending_id=pending_id, browser_secret=browser_secret)
        with refusals_of(held.registration.id):
            message = read_message(held.claims)
            return admit(find_entrance(session, registration=held.registration, message=message), message)


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


def _use_up(session: Session, state: str, browser_secret: str | None) -> Started:
    """The attempt, which is used from here on: whoever comes at the same time waits for this one's end."""
    now = clock.now()
    row = session.execute(_USE_UP, {"of_state": digest(state), "now": now}).one_or_none()
    if row is None:
        known = session.get(LaunchAttempt, digest(state))
        raise LaunchRefusedError("state_used" if known else "state_unknown", Advice.AGAIN)
    *_, registration, key_set = row
    if row.expires_at <= now:
        raise LaunchRefusedError("state_expired", Advice.AGAIN)
    if browser_secret is not None and not matches(browser_secret, row.browser_digest):
        raise LaunchRefusedError("browser_differs", Advice.AGAIN)
    refuse_unless_active(registration)
    return Started(attempt=row, registration=registration, key_set=key_set)


@contextmanager
def _keys_found(registration: Registration, *, https_only: bool) -> Iterator[None]:
    """That there is no such key is a refusal. An address without https is never asked in production."""
    try:
        yield
    except KeyUnknownError:
        raise LaunchRefusedError("kid_unknown") from None
    except KeySetUnavailableError:
        if https_only and not registration.jwks_url.startswith("https:"):
            raise LaunchRefusedError("platform_over_http", Advice.HTTPS) from None
        raise LaunchRefusedError("platform_keys_unavailable", Advice.LATER, status=503) from None


def _https_only(sessions: sessionmaker[Session]) -> bool:
    with sessions() as session:
        return settings_of(session).env == "production"


def _checked_claims(
    session: Session, started: Started, id_token: str, key: RSAPublicKey | None
) -> dict[str, object]:
    kid = key_id(id_token)
    https_only = settings_of(session).env == "production"
    with _keys_found(started.registration, https_only=https_only):
        key = key or known_key(started.key_set, kid)
    if key is None:
        session.expunge_all()  # so that the rows outlive the transaction, which gives the attempt back
        raise _KeysNeededError(started, kid)
    return verified_claims(
        id_token,
        key,
        issuer=started.registration.issuer,
        client_id=started.registration.client_id,
        nonce=started.attempt.nonce,
    )


def _check_attempt(message: MessageClaims, attempt: Row[Any]) -> None:
    """That the platform answers what login asked."""
    if message.target_link_uri != attempt.target_link_uri:
        raise LaunchRefusedError("target_differs_from_login")
    if attempt.deployment_hint not in {None, message.deployment_id}:
        raise LaunchRefusedError("deployment_differs_from_login")
