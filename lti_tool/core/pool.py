"""Whether a pooled connection still lives, asked without a round trip."""

import select
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

_TRUSTED = 30.0
"""Seconds of rest after which the server is asked: a firewall drops what it forgot without a word."""
_RESTED_SINCE = "rested_since"


def replace_dead_connections(engine: Engine) -> None:
    """Check each connection as it leaves the pool; the pool makes new ones for those that are gone.

    SQLAlchemy's own `pool_pre_ping` asks the server each time, which is a quarter of a short transaction. A
    server that went away has closed the socket, and then there is something to read on it: only then, and
    after a rest, is the server asked.
    """

    def note_rest(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_RESTED_SINCE] = time.monotonic()

    def check(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
        rested_since = entry.info.get(_RESTED_SINCE)
        if rested_since is None:
            return  # new
        rested = time.monotonic() - rested_since > _TRUSTED
        if (rested or _has_news(connection.pgconn.socket)) and not _answers(engine, connection):
            raise InvalidatePoolError

    event.listen(engine, "checkin", note_rest)
    event.listen(engine, "checkout", check)


def _has_news(socket: int) -> bool:
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False
