"""Invitations: one-time links by which a platform registers itself (reference: security.md 2.2, 43)."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.db import settings_of
from lti_tool.core.errors import NotFoundError
from lti_tool.core.secrets import digest
from lti_tool.platforms.models import Invitation
from lti_tool.platforms.registration_errors import RegistrationRefusedError

_CLAIM = timedelta(seconds=60)
"""Longer than registering can take: two requests of 8 s."""


def make_invitation(session: Session, *, label: str | None, issuer: str | None, life: timedelta) -> str:
    """The link to paste into the platform. Only a digest of its token is kept, so it is shown this once."""
    token = secrets.token_urlsafe(32)
    session.add(
        Invitation(token_digest=digest(token), label=label, issuer=issuer, expires_at=clock.now() + life)
    )
    return f"{settings_of(session).base_url}/lti/register?invitation={token}"


def find_invitation(session: Session, token: str) -> Invitation:
    """An invitation that holds, or that was used. Raises RegistrationRefusedError for any other."""
    found = session.scalars(select(Invitation).where(Invitation.token_digest == digest(token))).one_or_none()
    if found is None:
        raise RegistrationRefusedError("invitation_unknown")
    if found.registration_id is None and found.expires_at <= clock.now():
        raise RegistrationRefusedError("invitation_expired")
    return found


def claim_invitation(session: Session, invitation_id: UUID) -> None:
    """Keep others off it while we ask the platform. Raises RegistrationRefusedError when one is on it."""
    now = clock.now()
    free = or_(Invitation.claimed_until.is_(None), Invitation.claimed_until <= now)
    if not _change(session, invitation_id, free, claimed_until=now + _CLAIM):
        raise RegistrationRefusedError("invitation_in_use")


def release_invitation(session: Session, invitation_id: UUID) -> None:
    """It did not work out: it can be tried again at once."""
    _change(session, invitation_id, claimed_until=None)


def use_up_invitation(session: Session, invitation_id: UUID, *, registration_id: UUID) -> None:
    """Raises RegistrationRefusedError when it was used or revoked in the meantime."""
    if not _change(session, invitation_id, registration_id=registration_id, claimed_until=None):
        raise RegistrationRefusedError("invitation_unknown")


def revoke_invitation(session: Session, *, invitation_id: UUID) -> None:
    """Raises NotFoundError when it is not open any more."""
    open_one = and_(Invitation.id == invitation_id, Invitation.registration_id.is_(None))
    if session.scalar(delete(Invitation).where(open_one).returning(Invitation.id)) is None:
        raise NotFoundError("There is no such open invitation.")


def _change(session: Session, invitation_id: UUID, *conditions: object, **values: object) -> bool:
    """Whether it was still open, and as the conditions say; of several at once one finds it so."""
    still = and_(Invitation.id == invitation_id, Invitation.registration_id.is_(None), *conditions)  # type: ignore[arg-type]
    changed = update(Invitation).where(still).values(values).returning(Invitation.id)
    return session.scalar(changed) is not None
