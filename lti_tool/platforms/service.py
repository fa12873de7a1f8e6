"""Registering platforms, and deciding who of them is let in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Naming
from lti_tool.core.db import insert_once, settings_of, take_over
from lti_tool.core.errors import ConflictError, NotFoundError, SegueError
from lti_tool.core.outbound import OutboundError, Policy, policy_of, read_address
from lti_tool.platforms.lms import habits_of
from lti_tool.platforms.models import Deployment, Registration, RegistrationState
from lti_tool.settings import Settings
from lti_tool.statements.breaker import forget_unused
from lti_tool.statements.targets import no_store_columns, own_store_columns
from xapi.validation.formats import is_iri

_MOST_PENDING = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecordStore:
    """A registration's own LRS, instead of the default one."""

    url: str
    username: str
    password: str
    version: str | None = None
    """Which xAPI it speaks, "1.0.3" or "2.0.0"; None for the default's."""


def add_platform(
    session: Session,
    *,
    issuer: str,
    client_id: str,
    auth_login_url: str,
    auth_token_url: str,
    jwks_url: str,
    auth_audience: str | None = None,
    deployment_ids: Sequence[str] = (),
    record_store: OwnRecordStore | None = None,
    label: str | None = None,
    scopes: Sequence[str] | None = None,
    naming: Naming | None = None,
    approved: bool = True,
) -> Registration:
    """Register one client of one issuer. Raises ConflictError when that pair is registered already.

    Raises SegueError for an issuer that no statement could name as the home of its accounts.

    Nobody gets in from one that is not `approved`, until `switch_registration` approves it.
    """
    if not is_iri(issuer):
        raise SegueError(f"--issuer: must be a whole address such as https://lms.example ({issuer})")
    settings = settings_of(session)
    check_addresses(settings, auth_login_url=auth_login_url, auth_token_url=auth_token_url, jwks_url=jwks_url)
    registration, made = insert_once(
        session,
        Registration,
        key=("issuer", "client_id"),
        issuer=issuer,
        client_id=client_id,
        auth_login_url=auth_login_url,
        auth_token_url=auth_token_url,
        auth_audience=auth_audience or habits_of(auth_token_url).token_audience,
        jwks_url=jwks_url,
        active=approved,
        approved_at=clock.now() if approved else None,
        label=label,
        scopes=list(scopes) if scopes is not None else None,
        **_naming_columns(naming or Naming()),
        **_store_columns(settings, record_store),
    )
    if not made:
        raise ConflictError(
            f"Client {client_id} of {issuer} is registered already; nothing was changed."
            " `segue platform set` changes its name and addresses."
        )
    for deployment_id in dict.fromkeys(deployment_ids):
        add_deployment(session, registration_id=registration.id, deployment_id=deployment_id)
    return registration


def check_addresses(settings: Settings, *, auth_login_url: str, auth_token_url: str, jwks_url: str) -> None:
    """Raises SegueError for an address that no platform may have."""
    asked = policy_of(settings)
    # Browsers go there: its port is the platform's affair.
    any_port = replace(asked, standard_port_only=False)
    _check_address("--auth-login-url", auth_login_url, any_port)
    _check_address("--auth-token-url", auth_token_url, asked)
    _check_address("--jwks-url", jwks_url, asked)


def set_record_store(session: Session, *, registration_id: UUID, record_store: OwnRecordStore | None) -> None:
    """Where this registration's statements go from now on, also those that wait; None for the default store.

    What was sent stays where it is.
    """
    registration = session.get_one(Registration, registration_id)
    take_over(registration, **_store_columns(settings_of(session), record_store))
    session.flush()
    forget_unused(session)


def _store_columns(settings: Settings, own: OwnRecordStore | None) -> dict[str, Any]:
    """Raises SegueError for an address that no record store may have."""
    if own is None:
        return {**no_store_columns(), "lrs_version": None}
    # The operator's own: its port is their affair.
    _check_address("--lrs-url", own.url, replace(policy_of(settings), standard_port_only=False))
    columns = own_store_columns(settings, url=own.url, username=own.username, password=own.password)
    return {**columns, "lrs_version": own.version}


def _check_address(name: str, address: str, policy: Policy) -> None:
    try:
        read_address(address, policy)
    except OutboundError as error:
        raise SegueError(f"{name}: {error} ({address})") from None


def set_naming(session: Session, *, registration_id: UUID, naming: Naming) -> None:
    """What this registration's statements tell of people from now on; what is made stays as it is."""
    registration = session.get_one(Registration, registration_id)
    take_over(registration, **_naming_columns(naming))


def _naming_columns(naming: Naming) -> dict[str, Any]:
    """Raises SegueError for a home page that is none."""
    if naming.home_page:
        parts = urlsplit(naming.home_page)
        if parts.scheme not in {"http", "https"} or not parts.netloc or not is_iri(naming.home_page):
            raise SegueError(f"--actor-home-page: must be a whole http or https address ({naming.home_page})")
    return {
        "actor_mode": naming.mode,
        "actor_home_page": naming.home_page or None,
        "sends_text": naming.sends_text,
    }


def add_deployment(session: Session, *, registration_id: UUID, deployment_id: str) -> Deployment:
    """Let this deployment in: a new one, or one that is pending."""
    deployment, _ = insert_once(
        session,
        Deployment,
        key=("registration_id", "deployment_id"),
        registration_id=registration_id,
        deployment_id=deployment_id,
    )
    deployment.approved_at = deployment.approved_at or clock.now()
    return deployment


def keep_pending_deployment(session: Session, *, registration_id: UUID, deployment_id: str) -> None:
    """Keep a deployment that a verified launch named, for an administrator to approve. At most 20 wait."""
    # Whoever adds one of this registration's waits for the other; launches, which refer to the row, do not.
    session.execute(
        select(Registration.id).where(Registration.id == registration_id).with_for_update(key_share=True)
    )
    of_it = select(func.count()).select_from(Deployment).filter_by(registration_id=registration_id)
    if (session.scalar(of_it.where(Deployment.approved_at.is_(None))) or 0) < _MOST_PENDING:
        insert_once(
            session,
            Deployment,
            key=("registration_id", "deployment_id"),
            registration_id=registration_id,
            deployment_id=deployment_id,
            approved_at=None,
        )


def approve_deployment(session: Session, *, deployment_row_id: UUID) -> Deployment:
    """Let a pending deployment in. Raises NotFoundError; approving again changes nothing."""
    deployment = session.get(Deployment, deployment_row_id)
    if deployment is None:
        raise NotFoundError("There is no such deployment.")
    deployment.approved_at = deployment.approved_at or clock.now()
    return deployment


def find_registration(session: Session, *, issuer: str, client_id: str) -> Registration:
    """Raises NotFoundError, in words for the command line."""
    found = session.scalars(select(Registration).filter_by(issuer=issuer, client_id=client_id)).one_or_none()
    if found is None:
        raise NotFoundError(f"Client {client_id} of {issuer} is not registered.")
    return found


def set_active(session: Session, *, issuer: str, client_id: str, active: bool) -> None:
    """Let a registration launch, or stop it. Raises NotFoundError for one that is not there."""
    registration = find_registration(session, issuer=issuer, client_id=client_id)
    switch_registration(session, registration_id=registration.id, active=active)


def switch_registration(session: Session, *, registration_id: UUID, active: bool) -> None:
    """Let a registration launch, which approves a pending one, or stop it; its sessions end at once.

    Raises NotFoundError, and ConflictError for stopping one that is pending: nobody came in from it yet.
    """
    registration = session.get(Registration, registration_id)
    if registration is None:
        raise NotFoundError("There is no such registration.")
    if not active and registration.state is RegistrationState.PENDING:
        raise ConflictError("It waits for approval, so nobody can launch from it yet.")
    registration.approved_at = registration.approved_at or clock.now()
    registration.active = active
