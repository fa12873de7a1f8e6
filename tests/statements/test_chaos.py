"""The chaos run in its short form; `make chaos` is the long one, of a million statements."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.chaos.store import FAULTS

pytestmark = pytest.mark.slow

STATEMENTS = 100_000
WITHIN = 1200
"""Seconds, generous: two cores that five others worked on took 315 for 144,000."""
ROOT = Path(__file__).parents[2]
EVENTS = (
    "workers killed",
    "of them amid a request",
    "workers asleep over their lease",
    "writers killed",
    "the database ended",
    "refused for good, and parked",
)


@pytest.mark.timeout(WITHIN)
def test_nothing_is_lost_doubled_or_stuck() -> None:
    command = [sys.executable, "-m", "bench.chaos", "--statements", str(STATEMENTS), "--every", "4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = {
        line[:44].strip(): [int(number.replace(",", "")) for number in re.findall(r"[\d,]+\b", line[44:])]
        for line in done.stdout.splitlines()
    }
    assert told["acts"][0] == STATEMENTS
    assert told["lost, doubled, stuck"] == [0, 0, 0]
    assert told["differing"] == [0]
    assert not [what for what in (*FAULTS, *EVENTS) if told.get(what, [0])[0] == 0]
    requests, faulty = told["requests, and of them with a fault"]
    assert 0.2 < faulty / requests < 0.4
