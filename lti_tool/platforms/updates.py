"""Updates of a registration: a platform that is registered already says that something has changed.

Whoever has an invitation can send one, so an update changes nothing before an administrator has compared it
with what is there. People go on launching meanwhile.
"""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.core.db import settings_of, take_over
from lti_tool.core.errors import NotFoundError
from lti_tool.platforms.lms import habits_of
from lti_tool.platforms.models import (
    AccessToken,
    Deployment,
    PlatformKeySet,
    Registration,
    RegistrationUpdate,
)
from lti_tool.platforms.service import add_deployment, check_addresses

_COLUMNS = ("label", "auth_login_url", "auth_token_url", "auth_audience", "jwks_url", "scopes")
_ADDRESSES = ("auth_login_url", "auth_token_url", "jwks_url")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that an update would change; `name` is the column's."""

    name: str
    before: str | list[str] | None
    after: str | list[str] | None
    elsewhere: bool = False
    """Whether it is an address on another host than before."""


def keep_update(
    session: Session,
    registration: Registration,
    *,
    auth_login_url: str,
    auth_token_url: str,
    auth_audience: str | None,
    jwks_url: str,
    scopes: list[str],
    label: str | None,
    deployment_id: str | None,
) -> bool:
    """Keep an update for approval, in place of one that waits. False where nothing would change."""
    check_addresses(
        settings_of(session), auth_login_url=auth_login_url, auth_token_url=auth_token_url, jwks_url=jwks_url
    )
    # Two at once would both find none to replace.
    session.execute(select(Registration.id).where(Registration.id == registration.id).with_for_update())
    session.execute(delete(RegistrationUpdate).where(RegistrationUpdate.registration_id == registration.id))
    update = RegistrationUpdate(
        registration_id=registration.id,
        auth_login_url=auth_login_url,
        auth_token_url=auth_token_url,
        auth_audience=auth_audience or habits_of(auth_token_url).token_audience,
        jwks_url=jwks_url,
        scopes=scopes,
        label=label,
        deployment_id=deployment_id,
    )
    known = session.scalars(
        select(Deployment.deployment_id).where(
            Deployment.registration_id == registration.id,
            Deployment.deployment_id == deployment_id,
            Deployment.approved_at.is_not(None),
        )
    ).one_or_none()
    if not differences(registration, update) and (deployment_id is None or known is not None):
        return False
    session.add(update)
    session.flush()
    return True


def differences(registration: Registration, update: RegistrationUpdate) -> list[Difference]:
    """What the update would change of the registration itself; a new deployment is not among it."""
    pairs = [(name, getattr(registration, name), getattr(update, name)) for name in _COLUMNS]
    return [
        Difference(name, before, after, elsewhere=name in _ADDRESSES and _host(before) != _host(after))
        for name, before, after in pairs
        if before != after and (name, after) != ("label", None)
    ]


def find_update(session: Session, registration_id: UUID) -> RegistrationUpdate | None:
    return session.scalars(
        select(RegistrationUpdate).filter_by(registration_id=registration_id)
    ).one_or_none()


def change_platform(session: Session, *, registration_id: UUID, **changes: str) -> None:
    """The same by hand: set the name or addresses of a registration, by their columns. Who is in stays in.

    Raises SegueError for an address that no platform may have.
    """
    registration = session.get_one(Registration, registration_id)
    take_over(registration, **changes)
    check_addresses(settings_of(session), **{name: getattr(registration, name) for name in _ADDRESSES})
    _forget(session, registration.id, changes)


def apply_update(session: Session, *, update_id: UUID) -> UUID:
    """Make the registration as the update says; the registration's id. Who is in stays in.

    Raises NotFoundError, also for one that a newer update has replaced: nobody has seen that one yet.
    """
    update = _taken(session, update_id)
    registration = session.get_one(Registration, update.registration_id)
    changed = {one.name: one.after for one in differences(registration, update)}
    take_over(registration, **changed)
    if update.deployment_id is not None:
        add_deployment(session, registration_id=registration.id, deployment_id=update.deployment_id)
    _forget(session, registration.id, changed)
    return registration.id


def decline_update(session: Session, *, update_id: UUID) -> UUID:
    """Leave the registration as it is; its id. Raises NotFoundError."""
    return _taken(session, update_id).registration_id


def _forget(session: Session, registration_id: UUID, changed: Collection[str]) -> None:
    """What was had from the addresses of before, or for the scopes of before."""
    if "jwks_url" in changed:
        session.execute(delete(PlatformKeySet).where(PlatformKeySet.registration_id == registration_id))
    if not {"auth_token_url", "auth_audience", "scopes"}.isdisjoint(changed):
        session.execute(delete(AccessToken).where(AccessToken.registration_id == registration_id))


def _taken(session: Session, update_id: UUID) -> RegistrationUpdate:
    """The update, which is used up by this; of two at once one finds it."""
    taken = delete(RegistrationUpdate).where(RegistrationUpdate.id == update_id).returning(RegistrationUpdate)
    update = session.scalars(taken).one_or_none()
    if update is None:
        raise NotFoundError("There is no such update, or a newer one has replaced it.")
    return update


def _host(address: str) -> str | None:
    return urlsplit(address).hostname
