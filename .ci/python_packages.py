"""The virtual environment in .venv, and in it the locked packages and this project."""

import os
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from machine import Stamps, Stop, digest, must, run, step

UNFINISHED = "unfinished"
PIP = ("-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
# The lock is whole, so nothing needs resolving; wheels only, so nothing is built from unlocked parts.
# Python compiles what it loads at first use; compiling everything here took 22 s of 57 in a trial.
LOCKED = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--no-compile")
LOCKS = {
    "run": ("requirements.txt", "requirements-build.txt"),
    "dev": ("requirements-dev.txt",),
    "npm": ("requirements-npm.txt",),
    "ralph": ("requirements-ralph.txt",),
    "mutants": ("requirements-mutants.txt",),
}


def base_python() -> str:
    """The Python that environments are made with, also when we run inside one."""
    return getattr(sys, "_base_executable", None) or sys.executable


@dataclass(frozen=True)
class Place:
    """A checkout, the Python that it is set up with, and one virtual environment in it."""

    root: Path
    base: str
    version: str = f"{sys.version_info[0]}.{sys.version_info[1]}"
    name: str = ".venv"

    @property
    def venv(self) -> Path:
        return self.root / self.name

    @property
    def bin(self) -> Path:
        return self.venv / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    @property
    def stamps(self) -> Stamps:
        return Stamps(self.venv / ".stamps")

    def files(self, *names: str) -> list[Path]:
        return [self.root / name for name in names]


@contextmanager
def unfinished(place: Place) -> Iterator[None]:
    """What is killed in here leaves a mark, and the environment is made anew next time."""
    place.stamps.write(UNFINISHED, "")
    try:
        yield
    except Stop:  # the program refused and ended in order: what is there is sound
        place.stamps.forget(UNFINISHED)
        raise
    place.stamps.forget(UNFINISHED)


def make_venv(place: Place) -> None:
    """Have a working environment of this Python at this path."""
    fingerprint = f"{place.version} {place.venv}"
    broken = (place.stamps.folder / UNFINISHED).exists() or not os.access(place.python, os.X_OK)
    if not broken and place.stamps.fresh("venv", fingerprint):
        return
    if not broken and not (place.stamps.folder / "venv").exists() and made_by_hand(place):
        place.stamps.write("venv", fingerprint)
        return
    if place.venv.exists() or place.venv.is_symlink():
        with step(f"removing {place.name}: it is unfinished, or of another Python or another folder"):
            remove(place.venv)
    with step(f"making a virtual environment in {place.name} with Python {place.version}"), unfinished(place):
        create(place)
    place.stamps.write("venv", fingerprint)


def made_by_hand(place: Place) -> bool:
    """Whether the environment is someone's own and fit for use: this Python, this folder, with pip."""
    try:
        at_home = str(place.venv) in (place.bin / "activate").read_text()
    except OSError:
        return False
    ask = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    return at_home and run([place.python, "-I", "-c", ask]).stdout.strip() == place.version


def remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path)


def create(place: Place) -> None:
    result = run([place.base, "-m", "venv", place.venv])
    if result.returncode and ("ensurepip" in result.stdout or "No module named venv" in result.stdout):
        remove(place.venv)
        raise Stop(
            "python3-venv is missing: this Python can't make a virtual environment.\n"
            "On Debian or Ubuntu run `apt install python3-venv` as root; elsewhere install the part of\n"
            "Python that has the modules venv and ensurepip."
        )
    must(result, f"making {place.name}")


def install(place: Place, lock: str) -> None:
    """Install what a lock names, unless that is done."""
    names = LOCKS[lock]
    fingerprint = digest(*place.files(*names))
    if place.stamps.fresh(f"packages-{lock}", fingerprint):
        return
    files = [word for path in place.files(*names) for word in ("-r", str(path))]
    with step(f"installing Python packages from {' and '.join(names)}"), unfinished(place):
        must(run([place.python, *PIP, "install", *LOCKED, *files]), "pip install")
    place.stamps.write(f"packages-{lock}", fingerprint)
    if lock == "dev":  # it was locked together with the others and holds all of theirs
        place.stamps.write("packages-run", digest(*place.files(*LOCKS["run"])))


def install_apart(place: Place, lock: str) -> None:
    """What a lock names, in an environment that holds nothing else: `.venv-<lock>`."""
    apart = replace(place, name=f".venv-{lock}")
    make_venv(apart)
    install(apart, lock)


def install_project(place: Place) -> None:
    """Put the `segue` command into .venv; the code stays where it is."""
    pyproject = tomllib.loads((place.root / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [pyproject["build-system"], pyproject["project"], pyproject.get("tool", {}).get("hatch")]
    fingerprint = digest(str(parts))
    if place.stamps.fresh("project", fingerprint):
        return
    alone = ("--no-index", "--no-deps", "--no-build-isolation")
    with step("installing the segue command"), unfinished(place):
        must(run([place.python, *PIP, "install", *alone, "-e", place.root]), "pip install -e .")
    place.stamps.write("project", fingerprint)
