"""Run the browser tests again and again beside two busy processes, until one fails.

Stops at the first failure and says in which run it was. Its output stays in var/steady/, beside a log of the
requests as the browser and the servers of the tests saw them. Further arguments go to pytest; without any,
all of tests/browser is run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.request_log import VARIABLE

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "var/steady"
TESTS = ("tests/browser",)


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that take all the time they get."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def run_once(folder: Path, arguments: Sequence[str]) -> bool:
    """Whether all tests passed."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={folder / 'tmp'}"]
    environment = os.environ | {VARIABLE: str(folder / "requests.log")}
    with (folder / "pytest.log").open("wb") as log:
        ended = subprocess.run(
            [*command, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log, check=False
        )
    return ended.returncode == 0


def main() -> int:
    options = argparse.ArgumentParser(prog="make steady", description=__doc__)
    options.add_argument("--runs", type=int, default=20)
    options.add_argument("--busy", type=int, default=2, help="busy processes beside the tests")
    given, arguments = options.parse_known_args()
    shutil.rmtree(KEPT, ignore_errors=True)
    with busy(given.busy):
        for run in range(1, given.runs + 1):
            begun, folder = time.monotonic(), KEPT / f"run-{run}"
            passed = run_once(folder, arguments or TESTS)
            seconds = time.monotonic() - begun
            print(f"run {run}: {'passed' if passed else 'failed'} in {seconds:.0f} s", flush=True)
            if not passed:
                said = (folder / "pytest.log").read_text(errors="replace").splitlines()
                print("\n".join(said[-60:]))
                print(f"Kept: {folder}/pytest.log and {folder}/requests.log")
                return 1
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
