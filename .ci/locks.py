"""Writes the lock files anew: `make lock`, or `make lock ARGS=--upgrade` for newer versions."""

import shutil
from collections.abc import Sequence

from front_end import INPUTS, find_npm
from machine import must, run, step
from python_packages import Place

# All groups are locked first; the others then take the same versions, so that they fit together. Not those of
# Ralph, npm and mutants, which are installed by themselves.
WHOLE = "requirements-dev.txt"
PARTS = {
    WHOLE: ("pyproject.toml", "--group", "dev"),
    "requirements.txt": ("pyproject.toml", "--constraints", WHOLE),
    "requirements-build.txt": ("--group", "build", "--constraints", WHOLE),
    "requirements-npm.txt": ("--group", "npm"),
    "requirements-ralph.txt": ("--group", "ralph"),
    "requirements-mutants.txt": ("--group", "mutants", "--no-emit-package", "yattag"),
}
COMPILE = ("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header")
OLDEST = ("--python-version", "3.11")


def write_locks(place: Place, path: str, more: Sequence[str]) -> None:
    for name, inputs in PARTS.items():
        with step(f"locking {name}"):
            command = [str(place.bin / "uv"), *COMPILE, *OLDEST, *inputs, "--output-file", name, *more]
            must(run(command, folder=place.root), "uv pip compile")
    npm = find_npm(place, path)
    work = place.venv / "npm-lock"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for name in INPUTS:
        if (place.root / name).exists():
            shutil.copyfile(place.root / name, work / name)
    with step("locking package-lock.json"):
        update = [npm.program, "install", "--package-lock-only", "--ignore-scripts"]
        must(run(update, folder=work, env={"PATH": npm.path}), "npm install")
    shutil.copyfile(work / "package-lock.json", place.root / "package-lock.json")
