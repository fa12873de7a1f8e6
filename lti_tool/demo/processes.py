"""The demo's processes: started together, watched, and stopped together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import requests

from lti_tool.core.errors import SegueError
from lti_tool.demo.settings import HOST

_READY_WITHIN = 60.0
_STOPPED_WITHIN = 30.0
_LOOK_EVERY = 0.1
_LOG_LINES = 15


class DemoStopped(BaseException):  # not an error: somebody asked for it
    """Ctrl-C or SIGTERM."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process: its name, its command, and where its output goes."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path


class Processes:
    """A context: whatever was started in it is stopped when it is left, however that happens."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs, self._environment = logs, environment
        self._parts: list[Part] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Ask all to end, then wait; who does not end in time is ended."""
        for part in self._parts:
            if part.process.poll() is None:
                part.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOPPED_WITHIN
        for part in self._parts:
            try:
                part.process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start `python <arguments>`. In a session of its own, so that Ctrl-C reaches us alone."""
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and fixed arguments
                [sys.executable, *arguments],
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._parts.append(Part(name, process, log))

    def wait_for(self, url: str) -> None:
        """Wait until the address answers 200. Raises SegueError when a part ends or it takes too long."""
        self._until(
            lambda: _answers(url), _READY_WITHIN, f"{url} did not answer within {_READY_WITHIN:.0f} s."
        )

    def watch(self) -> None:
        """Until somebody stops us. Raises SegueError when a part ends by itself."""
        while True:
            self._check()
            time.sleep(_LOOK_EVERY)

    def _until(self, done: Callable[[], bool], within: float, otherwise: str) -> None:
        deadline = time.monotonic() + within
        while not done():
            self._check()
            if time.monotonic() > deadline:
                raise SegueError(otherwise)
            time.sleep(_LOOK_EVERY)

    def _check(self) -> None:
        for part in self._parts:
            code = part.process.poll()
            if code is not None:
                lines = part.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
                raise SegueError("\n".join([f"The {part.name} ended with {code}. Its last lines:", *lines]))


def check_port(port: int, option: str) -> None:
    """Raises SegueError, with what to do, when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise SegueError(
                f"Port {port} is taken: perhaps a demo runs already. Stop it, or choose another port: "
                f'make demo DEMO_ARGS="{option} {port + 100}"'
            ) from None


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
