"""A worker of the chaos run: the tool's own delivery, with waits that are shorter than in earnest.

The waits alone are: a run with pauses of five minutes would take days. What leads to them is as it is.
"""

import os
import signal
import threading
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

import xapi.delivery
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.settings import Settings
from lti_tool.statements import breaker, delivery, dispatch, queries, targets
from xapi.client import RecordStoreClient

LEASE = timedelta(seconds=4)
ANSWER = 0.5
"""Seconds that the store has to answer: 60 in earnest."""


def shorten_waits() -> None:
    for module, name, value in (
        (xapi.delivery, "PAUSE_DELAY", timedelta(seconds=0.2)),
        (xapi.delivery, "RETRY_CAP", timedelta(seconds=0.3)),
        (xapi.delivery, "RETRY_AFTER_CAP", timedelta(seconds=0.2)),
        (xapi.delivery, "_ONE_SECOND", timedelta(seconds=0.05)),
        (queries, "LEASE", LEASE),
        (delivery, "_HELD_FOR", LEASE.total_seconds() / 4),
        (breaker, "_PROBE", LEASE),
        (dispatch, "_EACH", 0.1),
        (targets, "RecordStoreClient", partial(RecordStoreClient, timeout=(ANSWER, ANSWER))),
    ):
        setattr(module, name, value)


def work(environment: Mapping[str, str]) -> None:
    """A process: deliver until SIGTERM."""
    os.environ.update(environment)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    shorten_waits()
    settings = Settings()
    ending = threading.Event()

    def end(*_signal: Any) -> None:
        ending.set()

    signal.signal(signal.SIGTERM, end)
    with dispatch.Dispatcher(make_sessions(make_engine(settings.database_url or ""), settings)):
        ending.wait()
