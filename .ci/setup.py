"""Sets this checkout up: `python3 .ci/setup.py run`, or `check`, `test`, `wheel`, `lock`.

`make` calls it. It needs nothing but the standard library. Only this file must be readable by an old
Python, which is told what is missing; the rest is loaded after that.
"""

import subprocess
import sys

OLDEST = (3, 11)


def runs(program: "str") -> "bool":
    try:
        return subprocess.run([program, "-c", ""], stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def refusal(version: "tuple[int, int]") -> "str | None":
    """What to tell this Python, or nothing when it is new enough."""
    if version >= OLDEST:
        return None
    others = [name for name in (f"python3.{minor}" for minor in range(20, 10, -1)) if runs(name)]
    advice = "install Python 3.11 or later"
    if others:
        advice = f"this machine has {others[0]}: run `make PYTHON={others[0]} ...`"
    return f"Segue needs Python 3.11 or later and this is Python {version[0]}.{version[1]}; {advice}."


if __name__ == "__main__":
    message = refusal(sys.version_info[:2])
    if message:
        sys.exit(message)

    from profiles import main

    sys.exit(main(sys.argv[1:]))
