"""The command, against the test's database."""

from pathlib import Path

import pytest

from tests.conftest import SECRET
from tests.test_cli import Segue


@pytest.fixture
def segue(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Segue:
    monkeypatch.setenv("SEGUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SEGUE_SECRET_KEY", SECRET)
    monkeypatch.chdir(tmp_path)
    return Segue(monkeypatch)
