"""A course whose roster the platform offers: the demo LMS's, or whatever a test says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from tests.people.rosters import Platform
from tests.served_lms import ServedLms, serve_lms


@pytest.fixture
def lms(app: Flask, sessions: sessionmaker[Session], tmp_path: Path, lms_pem: bytes) -> Iterator[ServedLms]:
    with serve_lms(app, sessions, tmp_path / "lms", lms_pem) as served:
        yield served


@pytest.fixture
def platform(lms: ServedLms, app: Flask) -> Platform:
    return Platform(lms, app)
