"""The tool's own key pairs: made when first needed, sealed at rest, published at /lti/jwks.json."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lti_tool.core import ids
from lti_tool.core.db import settings_of
from lti_tool.core.secrets import seal
from lti_tool.platforms.models import ToolKey

_PLACE = "tool_key.private_pem"
_BITS = 2048
_MAKING = 0x5E60E001
"""An advisory lock, so that two processes starting at once make one key."""


def ensure_tool_key(session: Session) -> None:
    """Make the first key pair if there is none. Called by `segue migrate`."""
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _MAKING})
    if session.scalar(select(ToolKey.id).where(ToolKey.retired_at.is_(None)).limit(1)) is None:
        session.add(_make(settings_of(session).secret_key.get_secret_value()))


def public_key_set(session: Session) -> dict[str, Any]:
    """What platforms verify our tokens with: a JWK Set (RFC 7517 section 5)."""
    keys = session.scalars(
        select(ToolKey.public_jwk).where(ToolKey.retired_at.is_(None)).order_by(ToolKey.id)
    )
    return {"keys": list(keys)}


def _make(secret: str) -> ToolKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    kid = str(ids.new_random_id())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return ToolKey(
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
