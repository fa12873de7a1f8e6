"""A platform at its old address and at its new one, and the command against the test's database."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from tests.conftest import SECRET
from tests.factories.entrances import Course, make_tenant
from tests.test_cli import Segue

OLD, NEW = "https://lms.example", "https://new-lms.example"


@pytest.fixture
def segue(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Segue:
    monkeypatch.setenv("SEGUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SEGUE_SECRET_KEY", SECRET)
    monkeypatch.chdir(tmp_path)
    return Segue(monkeypatch)


@pytest.fixture
def target(app: Flask, sessions: sessionmaker[Session]) -> Course:
    """The same platform at its new address."""
    with unit_of_work(sessions) as session:
        tenant = make_tenant(session, issuer=NEW, client_id="segue")
    return Course(app, sessions, tenant)
