"""A worker's look for statements to deliver: each second, every record store by a thread of its own."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Self

import structlog
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.statements.delivery import deliver_due, stores_due
from lti_tool.statements.targets import address_of

log = structlog.get_logger(__name__)

_EACH = 1.0
"""Seconds between two looks."""
MOST_STORES = 32
"""So many stores may be slow at once before others wait for them. A thread waits for its store, mostly."""


class Dispatcher:
    """Delivers what is due, to each store by one thread of this process: a slow one delays its own.

    A context manager: inside its block it looks and delivers; at the end it finishes the batches in hand.
    """

    def __init__(self, sessions: sessionmaker[Session], *, at_once: int = MOST_STORES) -> None:
        self._sessions = sessions
        self._stopping = threading.Event()
        self._looking = threading.Thread(target=self._look_on, name="dispatch")
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="deliver")
        self._busy: set[str] = set()

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
        for store in stores_due(self._sessions):
            if store in self._busy:
                continue
            self._busy.add(store)
            delivering = self._pool.submit(deliver_due, self._sessions, store, self._stopping)
            delivering.add_done_callback(partial(self._end, store))

    def _end(self, store: str, delivering: "Future[None]") -> None:
        error = delivering.exception()
        if error is not None:
            log.error("delivery_failed", store=address_of(store), exc_info=error)
        self._busy.discard(store)
