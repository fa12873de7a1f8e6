"""Signing in without a password: a one-time link from the command line, and the session that it opens."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.admin.models import AdminSession, AdminSignIn
from lti_tool.core import clock
from lti_tool.core.db import settings_of
from lti_tool.core.errors import SegueError
from lti_tool.core.secrets import digest

log = structlog.get_logger(__name__)

LINK_LIFE = timedelta(minutes=10)
LIFE = timedelta(hours=8)
_IDLE = timedelta(minutes=30)
_SEEN_EVERY = timedelta(minutes=1)


class SignInRefusedError(SegueError):
    """The code was never made, was used, or is too old: all look the same."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Whoever signed in: known by their session alone."""

    session_id: UUID


def make_sign_in(session: Session) -> str:
    """The link to open. Its code stands behind the #, which browsers send to nobody, so no log has it."""
    session.execute(delete(AdminSignIn).where(AdminSignIn.expires_at <= clock.now()))
    code = secrets.token_urlsafe(32)
    session.add(AdminSignIn(token_digest=digest(code), expires_at=clock.now() + LINK_LIFE))
    return f"{settings_of(session).base_url}/admin/sign-in#{code}"


def sign_in(session: Session, given: str) -> str:
    """Use a code, or the whole link, up; the secret of a new session. Raises SignInRefusedError."""
    code = given.strip().rpartition("#")[2]
    used = delete(AdminSignIn).where(
        AdminSignIn.token_digest == digest(code), AdminSignIn.expires_at > clock.now()
    )
    if session.scalar(used.returning(AdminSignIn.token_digest)) is None:
        raise SignInRefusedError
    now = clock.now()
    session.execute(
        delete(AdminSession).where(or_(AdminSession.expires_at <= now, AdminSession.seen_at <= now - _IDLE))
    )
    secret = secrets.token_urlsafe(32)
    opened = AdminSession(secret_digest=digest(secret), expires_at=now + LIFE)
    session.add(opened)
    session.flush()
    log.info("admin_signed_in", by=str(opened.id))
    return secret


def find_administrator(session: Session, secret: str) -> Administrator | None:
    """The one whose session this is, if it still lives. One query; that it lives is noted once a minute."""
    found = session.scalars(select(AdminSession).filter_by(secret_digest=digest(secret))).one_or_none()
    now = clock.now()
    if found is None or found.expires_at <= now or found.seen_at <= now - _IDLE:
        return None
    if found.seen_at <= now - _SEEN_EVERY:
        session.execute(update(AdminSession).where(AdminSession.id == found.id).values(seen_at=now))
    return Administrator(found.id)


def sign_out(session: Session, administrator: Administrator) -> None:
    session.execute(delete(AdminSession).where(AdminSession.id == administrator.session_id))
    log.info("admin_signed_out", by=str(administrator.session_id))
