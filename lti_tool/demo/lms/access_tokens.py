"""Bearer tokens for the services. Only hashes are kept, in memory: after a restart the tool asks anew."""

import hashlib
import secrets
import threading
import time

LIFETIME_SECONDS = 3600


class AccessTokens:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._granted: dict[str, tuple[float, frozenset[str]]] = {}

    def issue(self, scopes: frozenset[str]) -> str:
        token = secrets.token_urlsafe(32)
        now = time.time()
        with self._lock:
            for old in [key for key, (expires, _) in self._granted.items() if expires <= now]:
                del self._granted[old]
            self._granted[_digest(token)] = (now + LIFETIME_SECONDS, scopes)
        return token

    def scopes(self, token: str) -> frozenset[str] | None:
        """What the token allows, or None for a token that is not ours or has run out."""
        with self._lock:
            expires, scopes = self._granted.get(_digest(token), (0.0, frozenset[str]()))
        return scopes if expires > time.time() else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
