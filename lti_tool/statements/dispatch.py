"""A worker's look for statements to deliver: each second, several record stores at once."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Self
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.statements.delivery import deliver_due, registrations_due

log = structlog.get_logger(__name__)

_EACH = 1.0
"""Seconds between two looks."""


class Dispatcher:
    """Delivers what is due, for each registration by one thread of this process: a slow store delays its own.

    A context manager: inside its block it looks and delivers; at the end it finishes the batches in hand.
    """

    def __init__(self, sessions: sessionmaker[Session], *, at_once: int) -> None:
        self._sessions = sessions
        self._stopping = threading.Event()
        self._looking = threading.Thread(target=self._look_on, name="dispatch")
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="deliver")
        self._busy: set[UUID] = set()
        self._not_before: dict[UUID, float] = {}

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self._looking.join()
        self._pool.shutdown()

    def _look_on(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except Exception:  # whatever it is (the database is away, say), the next look may succeed
                log.exception("dispatch_failed")
            self._stopping.wait(_EACH)

    def _look(self) -> None:
        now = time.monotonic()
        for registration_id in registrations_due(self._sessions):
            if registration_id in self._busy or now < self._not_before.get(registration_id, now):
                continue
            self._busy.add(registration_id)
            delivering = self._pool.submit(deliver_due, self._sessions, registration_id, self._stopping)
            delivering.add_done_callback(partial(self._end, registration_id))

    def _end(self, registration_id: UUID, delivering: "Future[timedelta | None]") -> None:
        error = delivering.exception()
        if error is not None:
            log.error("delivery_failed", registration=str(registration_id), exc_info=error)
        elif rest := delivering.result():
            self._not_before[registration_id] = time.monotonic() + rest.total_seconds()
        self._busy.discard(registration_id)
