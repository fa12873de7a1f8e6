"""Mutation tests: one small change at a time in code that others rely on, and does any test notice?

Each mutant meets a fresh pytest, in a copy of the tree: queries and templates that a process has once made
would outlive a change. Prints the changes that no test noticed ("survived"), then the score of each part.
"""

import argparse
import difflib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from lti_tool.core.db import make_engine
from lti_tool.core.embedded import start_embedded

ROOT = Path(__file__).parents[2]
PYTEST = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--tb=no")
NOT_COPIED = shutil.ignore_patterns(".*", "node_modules", "var", "dist", "__pycache__")
LONGEST = 1200
"""Seconds, also on a busy machine; a mutant that loops for ever is noticed."""


@dataclass(frozen=True)
class Part:
    """Some files and the tests that hold them: the ones that most likely fail come first."""

    files: Sequence[str]
    tests: Sequence[str]


PARTS = {
    "guard": Part(
        ["lti_tool/launch/guard.py"],
        ["tests/contract/launches/test_refused.py", "tests/contract/launches/test_accepted.py"],
    ),
    "visibility": Part(
        ["lti_tool/posts/visibility.py", "lti_tool/posts/audiences.py"],
        [
            "tests/audiences",
            "tests/groups",
            "tests/shapes/test_answer_first.py",
            "tests/moderation",
            "tests/help_requests/test_help_rights.py",
            "tests/drafts",
            "tests/search",
        ],
    ),
    "acceptance": Part(
        ["lti_tool/acceptance/service.py", "lti_tool/acceptance/queries.py"],
        [
            "tests/shapes/test_questions.py",
            "tests/help_requests/test_settling.py",
            "tests/help_requests/test_help_rights.py",
            "tests/anonymity/test_help.py",
        ],
    ),
    "decisions": Part(["xapi/delivery.py"], ["tests/xapi/test_delivery.py"]),
    "delivery": Part(
        ["lti_tool/statements/delivery.py", "lti_tool/statements/breaker.py"],
        [
            "tests/statements/test_delivery.py",
            "tests/statements/test_poison.py",
            "tests/statements/test_voids.py",
            "tests/statements/test_dispatch.py",
            "tests/statements/test_faults.py",
        ],
    ),
}


def run_tests(tree: Path, tests: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether all of them pass."""
    command = [sys.executable, "-B", "-m", "pytest", *PYTEST, "--basetemp", str(tree.parent / "tmp"), *tests]
    try:
        ended = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def mutants(file: Path) -> list[str]:
    """Every version of the file with one change."""
    python, program = ROOT / ".venv-mutants/bin/python", Path(__file__).parent / "operators.py"
    made = subprocess.run([python, "-I", program, file], capture_output=True, check=True)
    return list(json.loads(made.stdout))


def difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(f"    {line}" for line in list(lines)[2:])


def test_part(name: str, tree: Path, environment: Mapping[str, str], most: int, seed: int) -> str:
    """Prints the survivors of this part; returns its score."""
    part, begun = PARTS[name], time.monotonic()
    if not run_tests(tree, part.tests, environment):
        return f"{name}: its tests fail on the unchanged code"
    every = [
        (file, code, mutant)
        for file in part.files
        for code in [(tree / file).read_text()]
        for mutant in mutants(tree / file)
    ]
    tried = random.Random(seed).sample(every, min(most, len(every)))
    survived = 0
    for number, (file, code, mutant) in enumerate(tried, 1):
        (tree / file).write_text(mutant)
        try:
            if run_tests(tree, part.tests, environment):
                survived += 1
                print(f"{number} of {len(tried)} survived, in {file}\n{difference(code, mutant)}", flush=True)
        finally:
            (tree / file).write_text(code)
    seconds = time.monotonic() - begun
    return (
        f"{name:12} {len(tried) - survived:>4} killed, {survived:>3} survived of {len(tried)} tried"
        f" ({len(every)} in all), {seconds:,.0f} s"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.mutants", description=__doc__)
    options.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them if none is named")
    options.add_argument("--most", type=int, default=1000, help="so many mutants of each part, by chance")
    options.add_argument("--seed", type=int, default=0, help="of that choice")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="segue-mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        server = str(start_embedded(Path(folder) / "pg", cleanup="delete").get_uri())
        engine = make_engine(server, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("alter system set fsync = off"))
            connection.execute(text("select pg_reload_conf()"))
        engine.dispose()
        # All runs share a server and its migrated database (tests/conftest.py).
        run = {"SEGUE_DATABASE_URL": server, "PYTEST_XDIST_TESTRUNUID": uuid4().hex}
        scores = [
            test_part(name, tree, os.environ | run, given.most, given.seed) for name in given.parts or PARTS
        ]
    print("\n".join(scores))


if __name__ == "__main__":
    main()
