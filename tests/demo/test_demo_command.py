"""`segue demo`, run as a person runs it: ready, answering, stopped clean, started again with its data."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests

pytestmark = pytest.mark.slow

READY = "Segue is running. Open "
WITHIN = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """The command with its data and its ports; each `running` is one run of it."""

    def __init__(self, data: Path) -> None:
        self.data, self.port, self.lms_port = data, free_port(), free_port()

    def command(self, *more: str) -> list[str]:
        ports = ["--port", str(self.port), "--lms-port", str(self.lms_port)]
        return [sys.executable, "-m", "lti_tool", "demo", *ports, "--data", str(self.data), *more]

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[str]"]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SEGUE_")}
        process = subprocess.Popen(
            self.command(), env={**environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=self.data.parent.parent,
        )  # fmt: skip
        # A demo that never gets ready is ended, so that reading its output ends too.
        watchdog = threading.Timer(WITHIN, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            seen = []
            for line in process.stdout:
                seen.append(line)
                if READY in line:
                    break
            assert seen, "no output"
            assert READY in seen[-1], "".join(seen)
            watchdog.cancel()
            yield process
        finally:
            watchdog.cancel()
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=WITHIN)
            if process.stdout is not None:
                process.stdout.close()

    def command_beside(self, *words: str) -> str:
        """What another command says, run in the same folder."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SEGUE_")}
        done = subprocess.run(
            [sys.executable, "-m", "lti_tool", *words], env=environment, cwd=self.data.parent.parent,
            capture_output=True, text=True, timeout=WITHIN, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kept(self) -> list[Path]:
        """The files that it keeps. What PostgreSQL keeps is its own affair."""
        database = self.data / "postgresql"
        found = [path for path in self.data.rglob("*") if path.is_file() and database not in path.parents]
        assert found
        return found

    def processes(self) -> list[str]:
        """What still runs of it: anything whose command line or environment names its data."""
        lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
        return [line for line in lines if str(self.data) in line]


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path / "var" / "demo")


def test_it_answers_stops_and_starts_again_with_its_data(demo: Demo) -> None:
    lms, tool = f"http://127.0.0.1:{demo.lms_port}", f"http://127.0.0.1:{demo.port}"
    with demo.running() as process:
        assert "Ana Ruiz" in requests.get(lms, timeout=10).text
        assert requests.get(f"{tool}/health/ready", timeout=10).json() == {"ready": True}
        key = requests.get(f"{lms}/jwks.json", timeout=10).json()
        tool_key = requests.get(f"{tool}/lti/jwks.json", timeout=10).json()
        second = subprocess.run(demo.command(), capture_output=True, text=True, timeout=WITHIN, check=False)
        assert second.returncode == 1
        assert "running already" in second.stderr
        reset = subprocess.run(
            demo.command("--reset"), capture_output=True, text=True, timeout=WITHIN, check=False
        )
        assert reset.returncode == 1
        assert [path for path in demo.kept() if path.stat().st_mode & 0o077] == []
        listed = demo.command_beside("platform", "list")
        assert f"{lms}  client segue-demo" in listed
        assert "named Riverside College (demo LMS)" in listed
        assert f"{tool}/admin/sign-in#" in demo.command_beside("admin", "sign-in")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=WITHIN) == 0
    assert demo.processes() == []
    with demo.running() as process:
        assert requests.get(f"{lms}/jwks.json", timeout=10).json() == key
        assert requests.get(f"{tool}/lti/jwks.json", timeout=10).json() == tool_key
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WITHIN) == 0
    assert demo.processes() == []
    reset = subprocess.run(
        demo.command("--reset"), capture_output=True, text=True, timeout=WITHIN, check=False
    )
    assert reset.returncode == 0
    assert not demo.data.exists()


def test_a_taken_port_is_said_with_what_to_do(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", demo.lms_port))
        taken.listen()
        refused = subprocess.run(demo.command(), capture_output=True, text=True, timeout=WITHIN, check=False)
    assert refused.returncode == 1
    assert re.search(
        rf"Port {demo.lms_port} is taken.*make demo DEMO_ARGS=\"--lms-port \d+\"", refused.stderr
    )
    assert "Traceback" not in refused.stderr
