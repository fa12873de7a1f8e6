"""The demo that runs on this machine: other commands find it, and a second one is kept out."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lti_tool.core.errors import SegueError

_NOTE = "installation.json"


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the folder; a second demo on the same data would share a database that the first one stops."""
    data.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(_lock(data), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise SegueError(
            "This demo is running already (or is just stopping). Stop it first, with Ctrl-C."
        ) from None
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def noted(data: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Note where the demo's installation is, for as long as it runs."""
    note = data / _NOTE
    note.write_text(json.dumps(dict(environment)), encoding="utf-8")
    note.chmod(0o600)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def running_installation(data: Path) -> Mapping[str, str] | None:
    """The environment of the demo that runs with these data; None where none runs."""
    if not _is_held(data):
        return None
    try:
        found: dict[str, str] = json.loads((data / _NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SegueError("The demo here is just starting, or stopping. Try again in a moment.") from None
    return found


def _is_held(data: Path) -> bool:
    try:
        handle = os.open(_lock(data), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _lock(data: Path) -> Path:
    return data.parent / f".{data.name}.lock"
