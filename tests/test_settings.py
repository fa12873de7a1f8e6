"""What an operator sets: which mode follows from it, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lti_tool.core.errors import SettingsError
from lti_tool.settings import Settings, load_settings
from tests.conftest import SECRET

Load = Callable[..., Settings]
HTTPS = "https://segue.example.org"
WEAK = "please-change-this-secret-key-please!"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    def with_these(**environment: str) -> Settings:
        for name in ("ENV", "BASE_URL", "SECRET_KEY", "METRICS_TOKEN"):
            monkeypatch.delenv(f"SEGUE_{name}", raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(f"SEGUE_{name}", value)
        return load_settings()

    return with_these


@pytest.mark.parametrize(
    ("environment", "env"),
    [
        ({}, "development"),
        ({"BASE_URL": "http://127.0.0.1:8000"}, "development"),
        ({"BASE_URL": HTTPS}, "production"),
        ({"BASE_URL": "HTTPS://segue.example.org/"}, "production"),
        ({"BASE_URL": HTTPS, "ENV": ""}, "production"),
        ({"BASE_URL": HTTPS, "ENV": "development"}, "development"),
    ],
)
def test_an_https_address_means_production_unless_said_otherwise(
    load: Load,
    environment: dict[str, str],
    env: str,
) -> None:
    assert load(SECRET_KEY=SECRET, **environment).env == env


def test_an_https_installation_needs_a_secret_of_its_own(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="SEGUE_SECRET_KEY"):
        load(BASE_URL=HTTPS)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_can_be_guessed_is_refused_in_production(load: Load) -> None:
    for changes in ({"SECRET_KEY": WEAK}, {"SECRET_KEY": SECRET, "METRICS_TOKEN": "metrics-token-1234"}):
        with pytest.raises(SettingsError, match="could be guessed") as refused:
            load(BASE_URL=HTTPS, **changes)
        assert not any(value in str(refused.value) for value in changes.values())
    assert load(SECRET_KEY=WEAK).env == "development"
