"""Values that count once: tickets that the LMS hands out, and identifiers that it must not see twice.

Both live in memory and end with the process: a launch that was under way simply starts again.
"""

import secrets
import threading
import time
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_KEPT = 10_000  # bounds the memory that somebody who only ever starts launches can take


class Tickets(Generic[T]):
    """One-time random tokens, each standing for a value until it is taken or expires."""

    def __init__(self, lifetime: float) -> None:
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, T]] = {}

    def issue(self, value: T) -> str:
        token = secrets.token_urlsafe(24)
        now = time.time()
        with self._lock:
            # All live equally long, so the oldest stand first.
            while self._kept and (len(self._kept) >= MOST_KEPT or self._oldest_expires() <= now):
                del self._kept[next(iter(self._kept))]
            self._kept[token] = (now + self._lifetime, value)
        return token

    def _oldest_expires(self) -> float:
        return next(iter(self._kept.values()))[0]

    def take(self, token: str) -> T | None:
        with self._lock:
            expires, value = self._kept.pop(token, (0.0, None))
        return value if expires > time.time() else None


class SeenOnce:
    """Remembers identifiers until they could no longer be accepted anyway."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}

    def first_time(self, identifier: str, *, until: float) -> bool:
        now = time.time()
        with self._lock:
            for old in [key for key, expires in self._seen.items() if expires <= now]:
                del self._seen[old]
            if identifier in self._seen:
                return False
            self._seen[identifier] = until
            return True
