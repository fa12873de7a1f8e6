"""The tool's own key pairs: made when first needed, sealed at rest, published at /lti/jwks.json.

Two are live at any time. The older one signs. The younger one is the next: it is published long before it
signs, so a platform that keeps our key set for a while knows it by then. A rotation moves both on by one,
and the key that signed until then stays published for as long as anything signed with it may be looked at.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, cast

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import ColumnElement, delete, or_, select, text
from sqlalchemy.orm import Session

from lti_tool.core import clock, ids
from lti_tool.core.db import settings_of
from lti_tool.core.errors import ConflictError, SettingsError
from lti_tool.core.secrets import seal, unseal
from lti_tool.platforms.models import ToolKey

_PLACE = "tool_key.private_pem"
_BITS = 2048
_LIVE = 2
_OVERLAP = timedelta(hours=2)
"""Nothing that we sign lives longer than an hour; the rest is for clocks that differ."""
_KNOWN_AFTER = timedelta(hours=1)
"""How long platforms may keep our key set; the set itself allows five minutes (Cache-Control)."""
_MAKING = 0x5E60E001
"""An advisory lock, so that two processes at once make and rotate one after the other."""


class KeyUse(StrEnum):
    """What one of our keys is for at this moment."""

    SIGNS = "signs"
    NEXT = "next"
    RETIRED = "retired"


class PublishedKey(NamedTuple):
    kid: str
    use: KeyUse
    since: datetime
    until: datetime | None
    """When a retired one is published no more."""


class SigningKey(NamedTuple):
    kid: str
    private_key: rsa.RSAPrivateKey


def ensure_tool_keys(session: Session) -> None:
    """Make what is missing of the two live keys. Called by `segue migrate`."""
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _MAKING})
    made_at = clock.now()
    for _ in range(_LIVE - len(_live_keys(session))):
        session.add(_make(settings_of(session).secret_key.get_secret_value(), made_at))
    session.flush()


def rotate_tool_keys(session: Session, *, early: bool = False) -> str:
    """Let the next key sign from now on, and publish a new next one. Returns the id of the one that signs.

    Raises ConflictError while platforms may hold a key set without the next key, unless `early`.
    """
    ensure_tool_keys(session)
    current, following = _live_keys(session)
    now = clock.now()
    # Keys of one moment are the first two: no key set was ever without the second.
    was_published_later = following.created_at > current.created_at
    if was_published_later and now - following.created_at < _KNOWN_AFTER and not early:
        raise ConflictError(
            f"The next key was published at {following.created_at:%H:%M} UTC, and platforms may not know it "
            "yet. Rotate an hour after that; or now, with --now, if the key that signs has leaked."
        )
    current.retired_at = now
    session.execute(delete(ToolKey).where(ToolKey.retired_at < now - _OVERLAP))
    session.add(_make(settings_of(session).secret_key.get_secret_value(), now))
    return following.kid


def signing_key(session: Session) -> SigningKey:
    """What to sign with at this moment; not to be kept beyond the one use."""
    live = _live_keys(session)
    if not live:
        raise SettingsError("There is no key to sign with: run `segue migrate`.")
    secret = settings_of(session).secret_key.get_secret_value()
    pem = unseal(live[0].private_pem_sealed, secret=secret, place=_PLACE)
    return SigningKey(live[0].kid, cast("rsa.RSAPrivateKey", load_pem_private_key(pem.encode(), None)))


def public_key_set(session: Session) -> dict[str, Any]:
    """What platforms verify our tokens with: a JWK Set (RFC 7517 section 5)."""
    keys = session.scalars(select(ToolKey.public_jwk).where(_published()).order_by(ToolKey.id))
    return {"keys": list(keys)}


def list_published_keys(session: Session) -> Sequence[PublishedKey]:
    """Our keys in the order in which they came into use. One query."""
    rows = session.scalars(select(ToolKey).where(_published()).order_by(ToolKey.id)).all()
    live = [row.id for row in rows if row.retired_at is None]
    return [
        PublishedKey(row.kid, KeyUse.RETIRED, row.created_at, row.retired_at + _OVERLAP)
        if row.retired_at
        else PublishedKey(row.kid, KeyUse.SIGNS if row.id == live[0] else KeyUse.NEXT, row.created_at, None)
        for row in rows
    ]


def _published() -> ColumnElement[bool]:
    return or_(ToolKey.retired_at.is_(None), ToolKey.retired_at > clock.now() - _OVERLAP)


def _live_keys(session: Session) -> Sequence[ToolKey]:
    """The one that signs, then the next."""
    return session.scalars(select(ToolKey).where(ToolKey.retired_at.is_(None)).order_by(ToolKey.id)).all()


def _make(secret: str, made_at: datetime) -> ToolKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    kid = str(ids.new_random_id())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return ToolKey(
        created_at=made_at,
        kid=kid,
        private_pem_sealed=seal(pem, secret=secret, place=_PLACE),
        public_jwk={
            "kty": public["kty"],
            "n": public["n"],
            "e": public["e"],
            "kid": kid,
            "alg": "RS256",
            "use": "sig",
        },
    )
