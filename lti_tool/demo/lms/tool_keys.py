"""What the tool signs: its published keys, and the strict reading of a JWT under them."""

import threading
import time
from dataclasses import dataclass
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CACHE_SECONDS = 60
TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 60
LONGEST_LIFE_SECONDS = 3600  # also how long an identifier has to be remembered


class RefusedTokenError(Exception):
    """A JWT of the tool that does not hold; the message says why."""


@dataclass(frozen=True)
class _Fetched:
    at: float
    keys: dict[str, rsa.RSAPublicKey]


class ToolKeys:
    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._fetched: _Fetched | None = None

    def verify(self, token: str, *, issuer: str, audience: str, require: tuple[str, ...]) -> dict[str, Any]:
        """Return the claims of a JWT that the tool signed for us, or raise RefusedTokenError."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            if not isinstance(kid, str):
                raise RefusedTokenError("the JWT names no key (kid)")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(kid),
                algorithms=["RS256"],
                issuer=issuer,
                audience=audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "exp", "iat", *require]},
            )
        except jwt.PyJWTError as error:
            raise RefusedTokenError(f"the JWT does not hold: {error}") from error
        # PyJWT lets these through for claims such as `"exp": Infinity` or a payload nested without end.
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise RefusedTokenError("the JWT cannot be read") from error
        if claims["aud"] not in (audience, [audience]):
            raise RefusedTokenError("the JWT is meant for others too (aud)")
        expires = claims["exp"]
        if isinstance(expires, bool) or not isinstance(expires, int | float):
            raise RefusedTokenError("exp is not a number")
        if expires > time.time() + LONGEST_LIFE_SECONDS + LEEWAY_SECONDS:
            raise RefusedTokenError("exp is more than an hour away")
        return claims

    def _key(self, kid: str) -> rsa.RSAPublicKey:
        with self._lock:
            fetched = self._fetched
        fresh = fetched is None or fetched.at + CACHE_SECONDS <= time.time()
        if fetched is None or fresh:
            fetched = self._fetch()
        if kid not in fetched.keys and not fresh:
            fetched = self._fetch()  # the tool may just have rotated its keys
        if kid not in fetched.keys:
            raise RefusedTokenError("the tool's key set has no such key (kid)")
        return fetched.keys[kid]

    def _fetch(self) -> _Fetched:
        try:
            response = requests.get(self._url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            body = response.json()
        except (requests.RequestException, ValueError, RecursionError) as error:
            raise RefusedTokenError(f"the tool's key set at {self._url} cannot be fetched") from error
        if response.status_code != requests.codes.ok or not isinstance(body, dict):
            raise RefusedTokenError(f"{self._url} did not answer with a key set")
        listed = body.get("keys")
        fetched = _Fetched(time.time(), _usable(listed if isinstance(listed, list) else []))
        with self._lock:
            self._fetched = fetched
        return fetched


def _usable(listed: list[Any]) -> dict[str, rsa.RSAPublicKey]:
    """The RSA signature keys of a key set by kid; others are none of our business."""
    keys: dict[str, rsa.RSAPublicKey] = {}
    for jwk in listed:
        if not isinstance(jwk, dict) or jwk.get("kty") != "RSA" or not isinstance(jwk.get("kid"), str):
            continue
        if jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256":
            continue
        try:
            key = RSAAlgorithm.from_jwk(jwk)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError):
            continue
        if isinstance(key, rsa.RSAPublicKey):
            keys[jwk["kid"]] = key
    return keys
