"""The server's processes: told to stop, they finish what they work on."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
_WITHIN = 60.0


def wait_until(true: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + _WITHIN, threading.Event()
    while not true():
        assert time.monotonic() < deadline
        pause.wait(0.05)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "lti_tool.serving", "tests.serving.waiting:app", str(port)],
        cwd=ROOT,
        env={**os.environ, "TEST_FOLDER": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )
    try:
        wait_until(lambda: is_open(port))
        yield process
    finally:
        (tmp_path / "go").touch()
        process.terminate()
        process.wait(_WITHIN)


def test_a_running_request_is_finished_when_the_server_is_told_to_stop(
    server: "subprocess.Popen[bytes]", port: int, tmp_path: Path
) -> None:
    """Also beside a connection that is idle, and one whose headers never end."""
    idle, endless = (socket.create_connection(("127.0.0.1", port)) for _ in range(2))
    endless.sendall(b"GET / HTTP/1.1\r\n")
    connection = HTTPConnection("127.0.0.1", port, timeout=_WITHIN)
    connection.request("GET", "/")
    wait_until((tmp_path / "waits").exists)
    server.send_signal(signal.SIGTERM)
    idle.settimeout(_WITHIN)
    assert idle.recv(1) == b""  # it has begun to stop
    (tmp_path / "go").touch()
    assert connection.getresponse().read() == b"Finished."
    assert server.wait(_WITHIN) == 0
    for each in (idle, endless, connection):
        each.close()
