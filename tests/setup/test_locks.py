"""The lock files: whole, in step with what they lock, and silent about where files come from."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHON_LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-build.txt",
    "requirements-npm.txt",
    "requirements-ralph.txt",
    "requirements-mutants.txt",
)


def pins(name: str) -> dict[str, set[str]]:
    """Package -> its versions (more than one where markers differ)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if "==" in line and line[0].isalnum():
            requirement = Requirement(line.rstrip(" \\"))
            found.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier)[2:])
    return found


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def group(name: str) -> list[str]:
    entries = pyproject()["dependency-groups"][name]
    return [
        word
        for entry in entries
        for word in (group(entry["include-group"]) if isinstance(entry, dict) else [entry])
    ]


@pytest.mark.parametrize("name", [*PYTHON_LOCKS, "package-lock.json", ".npmrc", "package.json"])
def test_no_lock_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"https?:|//|index-url|registry\.|\"resolved\"", text)


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    for entry in re.split(r"^(?=\w)", text, flags=re.MULTILINE):
        assert not entry.strip() or "--hash=sha256:" in entry, entry


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", pyproject()["project"]["dependencies"]),
        ("requirements-dev.txt", pyproject()["project"]["dependencies"] + group("dev")),
        ("requirements-build.txt", group("build")),
        ("requirements-npm.txt", group("npm")),
        ("requirements-ralph.txt", group("ralph")),
        ("requirements-mutants.txt", group("mutants")),
    ],
)
def test_the_lock_answers_pyproject(lock: str, wanted: list[str]) -> None:
    """When this fails: `make lock`."""
    locked = pins(lock)
    for requirement in map(Requirement, wanted):
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, requirement
        assert all(requirement.specifier.contains(version) for version in versions), requirement


@pytest.mark.parametrize("part", ["requirements.txt", "requirements-build.txt"])
def test_the_whole_lock_holds_the_parts(part: str) -> None:
    whole = pins("requirements-dev.txt")
    assert {name: whole.get(name) for name in pins(part)} == pins(part)


def test_the_front_end_lock_answers_package_json() -> None:
    """When this fails: `make lock`."""
    package = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert locked[""]["dependencies"] == package["dependencies"]
    for name, version in package["dependencies"].items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in entry for path, entry in locked.items() if path)
