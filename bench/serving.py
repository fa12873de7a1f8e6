"""The tool over HTTP on 127.0.0.1, as long as a benchmark needs it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a secret for benchmarks only, long enough"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(
    arguments: Sequence[str], database_url: str, port: int, more: Mapping[str, str] | None = None
) -> Iterator[int]:
    """`python <arguments>`, which serves at `port` with the tool's settings and `more`: its process's number.

    Ends the run where it does not answer within a minute.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SEGUE_DATABASE_URL": database_url,
        "SEGUE_SECRET_KEY": SECRET,
        "SEGUE_BASE_URL": f"http://127.0.0.1:{port}",
        "SEGUE_LIMITS": "off",
        **(more or {}),
    }
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def served(database_url: str, workers: int) -> Iterator[tuple[int, int]]:
    """The tool as in production, by so many workers: its port, and its process's number."""
    port = free_port()
    command = ["-m", "lti_tool", "serve", "--port", str(port), "--workers", str(workers)]
    with running(command, database_url, port) as process:
        yield port, process


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit("The tool did not start within a minute.")
