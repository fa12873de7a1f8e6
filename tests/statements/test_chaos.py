"""The chaos run in its short form: `python -m bench.chaos --statements 1000000` is the long one."""

import subprocess
import sys
from pathlib import Path

STATEMENTS = "2000"
ROOT = Path(__file__).parents[2]


def test_nothing_is_lost_doubled_or_stuck() -> None:
    command = [sys.executable, "-m", "bench.chaos", "--statements", STATEMENTS, "--every", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].split()[-3:] == ["0", "0", "0"]
