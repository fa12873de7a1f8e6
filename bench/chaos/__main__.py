"""Delivery under every fault at once: workers and writers killed, the database ended, stores that misbehave.

Prints how many statements were lost, doubled and stuck, and exits with 1 unless there is none, nor any that
differs from what was done. What must be in a store is told by the rows of the acts, and what is there by the
store: not by the queue in between.
"""

import argparse
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.chaos.oracle import Found
from bench.chaos.run import Plan, Run
from bench.chaos.store import WELL


def run(plan: Plan) -> Found:
    with tempfile.TemporaryDirectory(prefix="segue-chaos-") as folder:
        Path(folder).chmod(0o755)
        begun = time.monotonic()
        chaos = Run(Path(folder), plan)
        try:
            found = chaos.go_on()
        finally:
            chaos.end()
        seconds = time.monotonic() - begun
    _print(chaos, found, seconds)
    return found


def _print(chaos: Run, found: Found, seconds: float) -> None:
    met = sum((store.posts for store in chaos.stores), Counter[str]())
    print(f"{'acts':44} {found.acts:>10,}   in {seconds:,.0f} s, seed {chaos.plan.seed}")
    print(f"{'requests, and of them with a fault':44} {met.total():>10,} {met.total() - met[WELL]:>10,}")
    for what, count in sorted(met.items()):
        print(f"{'  ' + what:44} {count:>10,}")
    for what, count in (*sorted(chaos.counts.items()), ("refused for good, and parked", found.refused)):
        print(f"{what:44} {count:>10,}")
    for kind, most in chaos.most_memory.items():
        print(f"{'most memory, MB: ' + kind:44} {most:>10,}")
    print(f"{'differing':44} {found.differing:>10,}")
    print(f"{'lost, doubled, stuck':44} {found.lost:>10,} {found.doubled:>10,} {found.stuck:>10,}")


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="bench.chaos", description=__doc__)
    options.add_argument("--statements", type=int, default=1_000_000)
    options.add_argument("--workers", type=int, default=3)
    options.add_argument("--writers", type=int, default=6)
    options.add_argument("--every", type=float, default=10.0, help="seconds between two disturbances")
    options.add_argument("--minutes", type=float, default=math.inf, help="after which no more is recorded")
    options.add_argument("--seed", type=int, default=int(time.time()), help="of the faults' order")
    plan = Plan(**vars(options.parse_args(arguments)))
    found = run(plan)
    is_whole = found.acts == plan.statements or plan.minutes < math.inf
    return 0 if found.is_fine and is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
