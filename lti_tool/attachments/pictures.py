"""Re-encoding pictures, so that no hidden data is left: no place, no camera."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.attachments.changes import Change
from lti_tool.attachments.errors import Refusal, RefusedFileError
from lti_tool.attachments.kinds import KINDS, Kind

_PROGRAM = (sys.executable, "-P", "-m", "lti_tool.attachments.picture_process")
_MOST_SECONDS = 20
_TOOK_TOO_MUCH = {-signal.SIGXCPU, -signal.SIGKILL}
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    content: bytes
    kind: Kind
    width: int
    height: int
    changes: Sequence[Change]


def make_anew(content: bytes, kind: Kind) -> Picture:
    """The picture upright, in sRGB, at a size for pages. Raises RefusedFileError.

    One at a time for each process of the tool, which bounds the memory that all of them take.
    """
    with _one_at_a_time:
        said, made = _made(content, kind)
    if "refused" in said:
        raise RefusedFileError(Refusal(said["refused"]), **said.get("details", {}))
    return Picture(
        content=made,
        kind=KINDS[said["kind"]],
        width=said["width"],
        height=said["height"],
        changes=[Change(it) for it in said["changes"]],
    )


def _made(content: bytes, kind: Kind) -> tuple[dict[str, Any], bytes]:
    try:
        ended = subprocess.run(  # noqa: S603  # our own program, and a word of ours
            [*_PROGRAM, kind.name],
            input=content,
            capture_output=True,
            env={},
            timeout=_MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": Refusal.TOO_HEAVY}, b""
    if ended.returncode in _TOOK_TOO_MUCH:
        return {"refused": Refusal.TOO_HEAVY}, b""
    if ended.returncode:
        return {"refused": Refusal.UNREADABLE}, b""
    line, _, made = ended.stdout.partition(b"\n")
    return json.loads(line), made
