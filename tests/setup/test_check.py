"""`make check` runs every check, whatever the others say, and its exit code tells."""

from pathlib import Path

import check
import pytest


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for words in check.CHECKS.values():
        file = tmp_path / words[0]
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
    monkeypatch.setattr(check, "BIN", tmp_path)
    return tmp_path


def test_all_passed(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main() == 0
    assert "All checks passed" in capsys.readouterr().out


def test_one_failed(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tools / "mypy").write_text("#!/bin/sh\necho 'a wrong type'\nexit 1\n")
    assert check.main() == 1
    out = capsys.readouterr().out
    assert "a wrong type" in out
    assert out.count("passed") == len(check.CHECKS) - 1
    assert "1 of" in out


def test_one_is_missing(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tools / "ruff").unlink()
    assert check.main() == 1
    assert "2 of" in capsys.readouterr().out
