"""`make check`: every linter, the types and the architecture; a table of what passed at the end."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from machine import run

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# what it is called, and how it is run; the slowest first
CHECKS = {
    "mypy": ("mypy",),
    "djlint --lint": ("djlint", "templates", "--lint", "--quiet"),
    "djlint --check": ("djlint", "templates", "--check", "--quiet"),
    "lint-imports": ("lint-imports",),
    "ruff check": ("ruff", "check", "."),
    "ruff format --check": ("ruff", "format", "--check", "."),
    "pip check": ("pip", "check"),
    "sizes": ("python", ".ci/sizes.py"),
}


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    seconds: float
    output: str


def check(name: str) -> Outcome:
    program, *arguments = CHECKS[name]
    started = time.monotonic()
    result = run([BIN / program, *arguments], folder=ROOT)
    return Outcome(name, result.returncode == 0, time.monotonic() - started, result.stdout)


def main() -> int:
    outcomes = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in as_completed([pool.submit(check, name) for name in CHECKS]):
            outcome = done.result()
            outcomes[outcome.name] = outcome
            if not outcome.passed:
                print(f"\n== {outcome.name} ==\n{outcome.output.strip()}\n", flush=True)
    width = max(map(len, CHECKS))
    for outcome in (outcomes[name] for name in CHECKS):
        print(f"{outcome.name:{width}}  {'passed' if outcome.passed else 'FAILED'}  {outcome.seconds:5.1f} s")
    failed = sum(not outcome.passed for outcome in outcomes.values())
    print(f"{failed} of {len(CHECKS)} checks failed." if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
