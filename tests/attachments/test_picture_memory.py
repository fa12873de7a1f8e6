"""What one upload may take, for the largest picture of each kind. Measured in processes of their own."""

import signal
import subprocess
import sys

import pytest

from bench.pictures import LARGEST, MOST_MEMORY, measured
from lti_tool.attachments.errors import Refusal, RefusedFileError
from lti_tool.attachments.kinds import PNG
from lti_tool.attachments.pictures import make_anew
from tests.attachments.files import picture


@pytest.mark.parametrize("title", LARGEST)
def test_the_largest_pictures_stay_within_their_memory(title: str) -> None:
    told = measured(title, detailed=False)
    assert "refused" not in told
    assert 0 < told["megabytes"] < MOST_MEMORY


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        (signal.SIGXCPU, Refusal.TOO_HEAVY),
        (signal.SIGKILL, Refusal.TOO_HEAVY),
        (signal.SIGSEGV, Refusal.UNREADABLE),
    ],
)
def test_a_crashing_decoder_stops_nothing_else(
    monkeypatch: pytest.MonkeyPatch, ends: signal.Signals, reason: Refusal
) -> None:
    program = f"import os, sys; sys.stdin.buffer.read(); os.kill(os.getpid(), {ends.value})"
    monkeypatch.setattr("lti_tool.attachments.pictures._PROGRAM", (sys.executable, "-c", program))
    with pytest.raises(RefusedFileError) as refused:
        make_anew(picture(), PNG)
    assert refused.value.reason is reason


def test_a_hanging_decoder_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*arguments: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("picture", 20)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(RefusedFileError) as refused:
        make_anew(picture(), PNG)
    assert refused.value.reason is Refusal.TOO_HEAVY


def test_the_process_of_a_picture_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    told = (
        "import json, os, sys; sys.stdin.buffer.read()\n"
        "print(json.dumps({'refused': 'empty', 'details': dict(os.environ)}))"
    )
    monkeypatch.setenv("SEGUE_SECRET_KEY", "a secret")
    monkeypatch.setattr("lti_tool.attachments.pictures._PROGRAM", (sys.executable, "-c", told))
    with pytest.raises(RefusedFileError) as refused:
        make_anew(picture(), PNG)
    assert not [name for name in refused.value.details if name.startswith("SEGUE")]
