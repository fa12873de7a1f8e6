"""The LMS's own signing key, kept on disk so that a restart does not strand the tool's key cache."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from lti_tool.demo.lms.files import write_private


class SigningKey:
    def __init__(self, private_key: rsa.RSAPrivateKey) -> None:
        self._private_key = private_key
        public = RSAAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
        self._public = {name: public[name] for name in ("e", "kty", "n")}
        self.kid = thumbprint(self._public)

    @classmethod
    def load_or_create(cls, path: Path) -> "SigningKey":
        if not path.exists():
            created = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            write_private(path, _pem(created))
        # We wrote this file ourselves; checking its primes again would be most of the start-up time.
        key = serialization.load_pem_private_key(
            path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{path} does not hold an RSA key")
        return cls(key)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**self._public, "kid": self.kid, "alg": "RS256", "use": "sig"}]}

    def sign(self, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        """Sign claims as they are: nothing is checked, so that tests can sign nonsense."""
        merged = {"kid": self.kid, **(headers or {})}
        return jwt.PyJWS().encode(
            json.dumps(claims, separators=(",", ":")).encode(),
            self._private_key,
            algorithm="RS256",
            headers={name: value for name, value in merged.items() if value is not None},
        )


def thumbprint(public_jwk: Mapping[str, str]) -> str:
    """The RFC 7638 name of a key."""
    canonical = json.dumps({name: public_jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
