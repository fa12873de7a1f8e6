"""Secrets at rest: sealed with a key derived from SEGUE_SECRET_KEY, bound to where they stand."""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lti_tool.core.errors import SettingsError

_NONCE_BYTES = 12


@lru_cache(32)
def derive_key(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF, RFC 5869), so that no key does two jobs."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())


def seal(text: str, *, secret: str, place: str) -> str:
    """AES-256-GCM; `place` names table and column, and what is moved elsewhere does not open."""
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCM(derive_key(secret, "seal")).encrypt(nonce, text.encode(), place.encode())
    return base64.urlsafe_b64encode(nonce + box).decode()


def unseal(sealed: str, *, secret: str, place: str) -> str:
    """The text that `seal` was given. Raises SettingsError when the secret key is another one."""
    raw = base64.urlsafe_b64decode(sealed)
    try:
        text = AESGCM(derive_key(secret, "seal")).decrypt(
            raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()
        )
    except InvalidTag:
        raise SettingsError(
            "A stored secret can't be decrypted: SEGUE_SECRET_KEY has changed since it was stored."
        ) from None
    return text.decode()


def digest(token: str) -> str:
    """SHA-256 of a random token, for keeping it comparable but not usable."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, kept_digest: str) -> bool:
    return hmac.compare_digest(digest(token), kept_digest)
