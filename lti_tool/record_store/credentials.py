"""Credentials of the record store: made, listed, revoked and checked."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.db import settings_of
from lti_tool.core.errors import NotFoundError
from lti_tool.core.secrets import digest, matches
from lti_tool.record_store.errors import CredentialError
from lti_tool.record_store.models import Credential

_USERNAME = re.compile(r"[0-9a-f]{32}")
# What an unknown username is compared with, so that it takes as long as a known one.
_NOBODY = digest("nobody")


def add_credential(session: Session, *, label: str, can_write: bool) -> tuple[str, str]:
    """A new username and its secret; only a digest of the secret is kept, so it is shown this once."""
    username, secret = secrets.token_hex(16), secrets.token_urlsafe(32)
    session.add(Credential(label=label, username=username, secret_digest=digest(secret), can_write=can_write))
    session.flush()
    return username, secret


def ensure_credential(session: Session, *, label: str, username: str, secret: str, can_write: bool) -> None:
    """See to it that this one is there: for what derives its own credential (username: 32 hex digits)."""
    session.execute(
        insert(Credential)
        .values(label=label, username=username, secret_digest=digest(secret), can_write=can_write)
        .on_conflict_do_nothing(index_elements=["username"])
    )


def list_credentials(session: Session) -> Sequence[Credential]:
    """All of them, revoked ones too, in the order they were made."""
    return session.scalars(select(Credential).order_by(Credential.created_at, Credential.id)).all()


def revoke_credential(session: Session, *, username: str) -> Credential:
    """Refuse it from now on. Revoking twice keeps the first moment. NotFoundError for an unknown username."""
    found = _find(session, username, lock=True)
    if found is None:
        raise NotFoundError(f"There is no credential with the username {username!r}.")
    found.revoked_at = found.revoked_at or clock.now()
    session.flush()
    return found


def check_credential(session: Session, *, username: str, secret: str) -> Credential:
    """The credential of a request. CredentialError when unknown, wrong or revoked: all look the same."""
    found = _find(session, username)
    is_right = matches(secret, found.secret_digest if found else _NOBODY)
    if found is None or not is_right or found.revoked_at is not None:
        raise CredentialError("The username or the secret is wrong, or was revoked.")
    return found


def authority_of(session: Session, credential: Credential) -> dict[str, Any]:
    """The agent that a statement names as its authority (xAPI 1.0.3, Data 2.4.9)."""
    home_page = f"{settings_of(session).base_url}/xapi"
    return {
        "objectType": "Agent",
        "name": credential.label,
        "account": {"homePage": home_page, "name": credential.username},
    }


def _find(session: Session, username: str, *, lock: bool = False) -> Credential | None:
    # What we never gave out is not asked for: a text with a NUL would be an error to PostgreSQL.
    if not _USERNAME.fullmatch(username):
        return None
    query = select(Credential).where(Credential.username == username)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()
