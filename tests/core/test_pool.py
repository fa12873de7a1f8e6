"""Connections that died in the pool are replaced, and living ones are not asked each time."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from lti_tool.core import pool
from lti_tool.core.db import make_engine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """One of the test's own, with nothing in its pool yet."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def resting(engine: Engine) -> tuple[Engine, int]:
    """An engine with one connection at rest in its pool, and its process at the server."""
    return engine, process_of(engine)


@pytest.fixture
def pings(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was asked whether it lives."""
    asked: list[object] = []
    ping = engine.dialect.do_ping

    def note(connection: object) -> bool:
        asked.append(connection)
        return ping(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.dialect, "do_ping", note)
    return asked


def process_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select pg_backend_pid()")) or 0)


def end(process: int, administration: Engine) -> None:
    with administration.connect() as connection:
        connection.execute(text("select pg_terminate_backend(:process, 10000)"), {"process": process})


def test_a_living_connection_is_used_again_unasked(resting: tuple[Engine, int], pings: list[object]) -> None:
    engine, process = resting
    assert process_of(engine) == process
    assert pings == []


def test_a_connection_that_the_server_ended_is_replaced(
    resting: tuple[Engine, int], administration: Engine, pings: list[object]
) -> None:
    engine, process = resting
    end(process, administration)
    assert process_of(engine) not in {process, 0}
    assert len(pings) == 1


def test_all_connections_that_ended_together_are_replaced_together(
    engine: Engine, administration: Engine
) -> None:
    with engine.connect() as first, engine.connect() as second:
        processes = [int(c.scalar(text("select pg_backend_pid()")) or 0) for c in (first, second)]
    for process in processes:
        end(process, administration)
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert connection.scalar(text("select pg_backend_pid()")) not in processes


def test_a_connection_that_rested_long_is_asked(
    resting: tuple[Engine, int], pings: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, process = resting
    monkeypatch.setattr(pool, "_TRUSTED", -1.0)
    assert process_of(engine) == process
    assert len(pings) == 1
