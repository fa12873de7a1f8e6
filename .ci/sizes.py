"""How long files, functions and routes are (DESIGN, rule 13): what is too long, and what deserves a look."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = (".py", ".js", ".css", ".html")
LOOK, MOST = 300, 500
LOOK_AT_FUNCTION = 40
MOST_IN_ROUTE = 15


def our_files(root: Path) -> list[Path]:
    """What is committed or about to be; set-up's folders are ignored by git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    files = (root / name for name in listed if name.endswith(SUFFIXES))
    return sorted(file for file in files if file.is_file())


def long_functions(file: Path) -> Iterator[tuple[str, int]]:
    """Functions that deserve a look, with their lines."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LOOK_AT_FUNCTION:
                yield node.name, lines


def wrong_routes(file: Path) -> Iterator[str]:
    """Routes that do more than read a form, call a service and answer."""
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.FunctionDef) and any(
            "blueprint" in ast.unparse(it) for it in node.decorator_list
        ):
            statements = [it for it in ast.walk(node) if isinstance(it, ast.stmt)][1:]
            if len(statements) > MOST_IN_ROUTE:
                yield f"{node.name}: {len(statements)} statements, at most {MOST_IN_ROUTE} in a route"
            if any(isinstance(it, ast.Try) for it in statements):
                yield f"{node.name}: a route has no try; see LaunchedForm.taken"


def check(root: Path) -> tuple[list[str], list[str]]:
    """What is too long, and what deserves a look."""
    too_long: list[str] = []
    looks: list[str] = []
    for file in our_files(root):
        name = file.relative_to(root).as_posix()
        lines = file.read_bytes().count(b"\n")
        if lines > LOOK:
            (too_long if lines > MOST else looks).append(f"{name}: {lines} lines")
        if file.suffix == ".py":
            if file.name == "routes.py":
                too_long += [f"{name}: {wrong}" for wrong in wrong_routes(file)]
            looks += [f"{name}: {function}, {lines} lines" for function, lines in long_functions(file)]
    return too_long, looks


def main() -> int:
    too_long, looks = check(ROOT)
    for name, found in (
        (f"Longer than {MOST} lines, or too much for a route", too_long),
        ("Worth a look", looks),
    ):
        if found:
            print(f"{name}:", *found, sep="\n  ")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
