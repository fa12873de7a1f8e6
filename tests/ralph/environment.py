"""Ralph's own environment: its LRS as a process, and its models as a judge of statements."""

import json
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / ".venv-ralph/bin/python"
MISSING = "Ralph is not there: run `python3 .ci/setup.py test`."
_STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Address:
    """Where a record store is, and who may write there."""

    url: str
    username: str
    password: str


@contextmanager
def running(folder: Path) -> Iterator[Address]:
    """Ralph's LRS, empty, on a free port; starting takes it 6 to 10 s."""
    assert PYTHON.exists(), MISSING
    # It gets the socket, which listens already: who asks before it is ready waits in the queue.
    with socket.create_server(("127.0.0.1", 0)) as listening, (folder / "ralph.log").open("wb") as log:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/xAPI"
        found = Address(url, "segue", "a password for Ralph")
        handle = listening.fileno()
        command: list[str | Path] = [PYTHON, HERE / "launcher.py", folder / "ralph", str(handle)]
        process = subprocess.Popen(
            [*command, found.username, found.password],
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[handle],
        )
    try:
        _wait_for(found, folder / "ralph.log")
        yield found
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(store: Address, log: Path) -> None:
    """AssertionError with what Ralph said, when it ended instead, or takes too long."""
    try:
        requests.get(f"{store.url}/statements", auth=(store.username, store.password), timeout=_STARTS_WITHIN)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise AssertionError(f"Ralph did not start:\n{log.read_text()}") from error


def judged(statements: Sequence[str]) -> list[str | None]:
    """What Ralph's models say of each (its JSON text): None, or what is wrong."""
    assert PYTHON.exists(), MISSING
    lines = "".join(json.dumps(json.loads(one)) + "\n" for one in statements)
    done = subprocess.run(
        [PYTHON, HERE / "reader.py"], input=lines, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    verdicts: list[str | None] = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(statements)
    return verdicts
