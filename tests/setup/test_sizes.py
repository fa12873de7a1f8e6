"""Files that grew too long fail the check; what deserves a look is named."""

import subprocess
from pathlib import Path

import pytest
import sizes


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("vendor/\n")
    (tmp_path / "vendor").mkdir()
    for name, lines in {"vendor/a.js": 900, "notes.md": 900, "fits.css": 300, "look.js": 500}.items():
        (tmp_path / name).write_text("\n" * lines)
    function = "def f():\n" + "    x = 1\n" * 40
    (tmp_path / "look.py").write_text(function + "def g():\n" + "    x = 1\n" * 39)
    return tmp_path


def test_what_is_short_enough_passes_and_is_named(tree: Path) -> None:
    assert sizes.check(tree) == ([], ["look.js: 500 lines", "look.py: f, 41 lines"])


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("    x = 1\n" * 15, []),
        ("    x = 1\n" * 16, ["show: 16 statements, at most 15 in a route"]),
        (
            "    try:\n        x = 1\n    except ValueError:\n        pass\n",
            ["show: a route has no try; see LaunchedForm.taken"],
        ),
    ],
)
def test_a_route_that_does_too_much_fails(tree: Path, body: str, wrong: list[str]) -> None:
    (tree / "routes.py").write_text(f'@blueprint.get("/")\ndef show():\n{body}')
    assert sizes.check(tree)[0] == [f"routes.py: {it}" for it in wrong]


@pytest.mark.parametrize("name", ["long.py", "long.js", "long.css", "long.html"])
def test_what_is_longer_fails(tree: Path, name: str) -> None:
    (tree / name).write_text("\n" * 501)
    assert sizes.check(tree)[0] == [f"{name}: 501 lines"]
