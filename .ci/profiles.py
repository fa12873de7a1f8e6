"""What each make target needs, in order."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chromium import as_root, install_chromium
from front_end import install_front_end
from locks import write_locks
from machine import Stop, only_one
from python_packages import Place, base_python, install, install_apart, install_project, make_venv

PROFILES = ("run", "check", "test", "wheel", "lock", "mutants")


def set_up(place: Place, profile: str, path: str, more: Sequence[str] = ()) -> None:
    make_venv(place)
    install(place, "run" if profile == "run" else "dev")
    if profile == "lock":
        write_locks(place, path, more)
        return
    install_project(place)
    if profile != "check":
        install_front_end(place, path)
    if profile == "test":
        install_chromium(path, root=as_root())
        install_apart(place, "ralph")
    if profile == "mutants":
        install_apart(place, "mutants")


def main(words: Sequence[str]) -> int:
    """Set up what `words[0]` needs; 0 when all is there, else 1 and a line that says what is missing."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if not words or words[0] not in PROFILES:
        print(f"usage: python3 .ci/setup.py {'|'.join(PROFILES)}", file=sys.stderr)
        return 2
    place = Place(Path(__file__).resolve().parent.parent, base_python())
    try:
        with only_one(place.root):
            set_up(place, words[0], os.environ.get("PATH", os.defpath), words[1:])
    except Stop as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nSetting up failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSetting up was interrupted; the next make goes on with it.", file=sys.stderr)
        return 130
    return 0
