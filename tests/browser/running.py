"""The real demo as a process: started once for all browser tests, and stopped as by a person."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.engine import make_url

from lti_tool.core.db import make_engine
from lti_tool.core.embedded import start_embedded
from lti_tool.demo.settings import HOST, DemoSettings
from tests.catalogue.conformance import check_database
from tests.catalogue.told import watch_database
from xapi.client import RecordStoreClient

READY_WITHIN = 120.0
STOPPED_WITHIN = 40.0
READY = "Segue is running"
_LOOK_EVERY = 0.05


@dataclass(frozen=True)
class Demo:
    """A running demo: where it is, its record store, and its database."""

    settings: DemoSettings
    database_url: str

    @property
    def tool_url(self) -> str:
        return self.settings.tool_url

    @property
    def lms_url(self) -> str:
        return self.settings.lms_url

    def statements(self) -> list[dict[str, Any]]:
        """All that the record store holds, page after page over its HTTP API, oldest first."""
        username, password = self.settings.records_reader
        with RecordStoreClient(f"{self.tool_url}/xapi", username, password) as store:
            page = store.query(ascending=True, limit=25)
            found = page.statements
            while page.more:
                page = store.follow(page.more)
                found += page.statements
        return found

    def count(self, sql: str) -> int:
        engine = make_engine(self.database_url, pool_size=1)
        try:
            with engine.connect() as connection:
                return int(connection.scalar(text(sql)) or 0)
        finally:
            engine.dispose()

    def run(self, sql: str) -> None:
        engine = make_engine(self.database_url, pool_size=1)
        try:
            with engine.begin() as connection:
                connection.execute(text(sql))
        finally:
            engine.dispose()

    def value(self, sql: str, **values: object) -> str:
        """The one value that a query finds."""
        engine = make_engine(self.database_url, pool_size=1)
        try:
            with engine.connect() as connection:
                return str(connection.execute(text(sql), values).scalar_one())
        finally:
            engine.dispose()


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Run `segue demo`; whoever leaves sees it end by SIGTERM, in time and with 0."""
    port, lms_port = _free_ports()
    data = folder / "demo"
    with ExitStack() as stack:
        environment = dict(os.environ)
        given = environment.get("SEGUE_DATABASE_URL")
        if given:
            environment["SEGUE_DATABASE_URL"] = stack.enter_context(_own_database(given))
        stack.enter_context(_process(port, lms_port, data, folder / "output.txt", environment))
        secret = (data / "secret_key").read_text(encoding="utf-8")
        demo = Demo(
            settings=DemoSettings(port=port, lms_port=lms_port, data=data.resolve(), secret=secret),
            database_url=environment["SEGUE_DATABASE_URL"] if given else _embedded_database(data),
        )
        watch_database(demo.database_url)
        yield demo
        # Those that anybody's acts have made, in whichever process, and what was deleted since.
        check_database(demo.database_url)


@contextmanager
def _process(
    port: int, lms_port: int, data: Path, output: Path, environment: dict[str, str]
) -> Iterator[None]:
    command = [sys.executable, "-m", "lti_tool", "demo", "--port", str(port), "--lms-port", str(lms_port)]
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [*command, "--data", str(data)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, output)
        yield
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=STOPPED_WITHIN)
        assert code == 0, f"the demo ended with {code}:\n{_said(output)}"
    finally:
        if process.poll() is None:
            # It did not end by itself; its parts and its database are in its own session or end with it.
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", output: Path) -> None:
    deadline, pause = time.monotonic() + READY_WITHIN, threading.Event()
    while READY not in _said(output):
        assert process.poll() is None, f"the demo ended with {process.returncode}:\n{_said(output)}"
        assert time.monotonic() < deadline, f"the demo was not ready in {READY_WITHIN} s:\n{_said(output)}"
        pause.wait(_LOOK_EVERY)


def _said(output: Path) -> str:
    return output.read_text(encoding="utf-8", errors="replace")


def _embedded_database(data: Path) -> str:
    """The address of the demo's own server; we join it and leave at once, so that the demo stops it."""
    server = start_embedded(data / "postgresql")
    url = str(server.get_uri())
    server.cleanup()
    return url


@contextmanager
def _own_database(server_url: str) -> Iterator[str]:
    name = f"segue_demo_{uuid4().hex[:16]}"
    engine = make_engine(server_url, pool_size=1)
    administration = engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with administration.connect() as connection:
            connection.execute(text(f"create database {name}"))
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        with administration.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
    finally:
        engine.dispose()


def _free_ports() -> tuple[int, int]:
    """Two ports that are free now; both are held until both are known."""
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]
