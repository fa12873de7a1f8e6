"""What the set-up steps share: saying what is done, running a program, remembering what is done."""

import fcntl
import hashlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHOWN_LINES = 8
SHOWN_WIDTH = 200


class Stop(Exception):  # noqa: N818  (not a bug of ours: the machine lacks something)
    """Something is missing; the message says what, and what to do about it."""


@contextmanager
def step(words: str) -> Iterator[None]:
    """One line a step: what it does, and at the end how long it took."""
    print(f"… {words}", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" ({time.monotonic() - started:.0f} s)", flush=True)


def run(
    command: Sequence[str | Path], *, folder: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program quietly: output and errors are kept together, and the keyboard is asked nothing."""
    try:
        return subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        return subprocess.CompletedProcess(list(map(str, command)), 127, stdout=str(error))


def last_lines(output: str) -> str:
    """The end of a program's output, moved in."""
    return "\n".join("    " + line[:SHOWN_WIDTH] for line in output.strip().splitlines()[-SHOWN_LINES:])


NO_NETWORK = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "ETIMEDOUT",
    "Temporary failure",
    "NewConnectionError",
    "Failed to establish a new connection",
    "ConnectTimeoutError",
    "Connection to",
    "Could not resolve",
)
EXPLANATIONS = (
    (("DO NOT MATCH THE HASHES", "EINTEGRITY"), "a downloaded file is not the one that the lock file names"),
    (("No space left", "ENOSPC"), "the disk is full"),
    (
        ("CERTIFICATE_VERIFY_FAILED", "UNABLE_TO_GET_ISSUER_CERT", "SELF_SIGNED_CERT"),
        "the registry's certificate is not trusted here",
    ),
    (NO_NETWORK, "the package registry can't be reached (is there a network?)"),
    (("Permission denied", "EACCES"), "this user may not write here"),
    (
        ("No matching distribution", "from versions:"),
        "the registry has no file of it for this machine and Python",
    ),
)


def explain(output: str) -> str:
    """The likeliest cause of a failed download or install, in plain words."""
    for marks, meaning in EXPLANATIONS:
        if any(mark in output for mark in marks):
            return meaning
    return "its last lines say why"


def must(result: subprocess.CompletedProcess[str], words: str) -> str:
    """The output of a program that did its work; otherwise a plain explanation and its last lines."""
    if result.returncode:
        raise Stop(f"{words} failed: {explain(result.stdout)}.\n{last_lines(result.stdout)}")
    return result.stdout


def contents(path: Path) -> bytes:
    """A missing file counts as empty; the step that needs it says so better."""
    return path.read_bytes() if path.exists() else b""


def digest(*inputs: str | Path) -> str:
    """One fingerprint of texts and of files' contents."""
    whole = hashlib.sha256()
    for item in inputs:
        content = contents(item) if isinstance(item, Path) else item.encode()
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


@dataclass(frozen=True)
class Stamps:
    """What was done, each with the fingerprint of what it was done from."""

    folder: Path

    def fresh(self, name: str, fingerprint: str) -> bool:
        try:
            return (self.folder / name).read_text() == fingerprint
        except OSError:
            return False

    def write(self, name: str, fingerprint: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(fingerprint)

    def forget(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Hold the checkout's folder itself: one set-up at a time, and no lock file left behind."""
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step("waiting for another make that is setting up here"):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
