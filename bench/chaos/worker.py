"""A worker of the chaos run: the tool's own delivery, with waits that are shorter than in earnest.

The waits alone are: a run with pauses of five minutes would take days. What leads to them is as it is.
"""

import logging
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import structlog

import xapi.delivery
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.settings import Settings
from lti_tool.statements import breaker, delivery, dispatch, queries, targets
from xapi.client import Answer, RecordStoreClient

LEASE = timedelta(seconds=2)
ANSWER = 0.5
"""Seconds that the store has to answer: 60 in earnest."""


class Client(RecordStoreClient):
    """Tells, in `in_hand`, how many requests of its process wait for their answers."""

    in_hand: ClassVar[Any]
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def post_statements(self, bodies: Sequence[str]) -> Answer:
        self._count(1)
        try:
            return super().post_statements(bodies)
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._lock:
            self.in_hand.value += more


def shorten_waits() -> None:
    for module, name, value in (
        (xapi.delivery, "PAUSE_DELAY", timedelta(seconds=0.1)),
        (xapi.delivery, "RETRY_CAP", timedelta(seconds=0.2)),
        (xapi.delivery, "RETRY_AFTER_CAP", timedelta(seconds=0.1)),
        (xapi.delivery, "_ONE_SECOND", timedelta(seconds=0.03)),
        (queries, "LEASE", LEASE),
        (delivery, "_HELD_FOR", LEASE.total_seconds() / 4),
        (breaker, "_PROBE", LEASE),
        (dispatch, "_EACH", 0.5),
        (targets, "RecordStoreClient", partial(Client, timeout=(ANSWER, ANSWER))),
    ):
        setattr(module, name, value)


def work(environment: Mapping[str, str], in_hand: Any) -> None:
    """A process: deliver until SIGTERM."""
    os.environ.update(environment)
    Client.in_hand = in_hand
    # Hundreds of thousands of faults are told of, and to nobody: not even their texts are made.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    shorten_waits()
    settings = Settings()
    ending = threading.Event()

    def end(*_signal: Any) -> None:
        ending.set()

    signal.signal(signal.SIGTERM, end)
    with dispatch.Dispatcher(make_sessions(make_engine(settings.database_url or ""), settings)):
        ending.wait()
