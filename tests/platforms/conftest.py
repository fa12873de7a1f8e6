"""A platform whose services are asked over real HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from tests.served_lms import ServedLms, serve_lms


@pytest.fixture
def lms(app: Flask, sessions: sessionmaker[Session], tmp_path: Path, lms_pem: bytes) -> Iterator[ServedLms]:
    with serve_lms(app, sessions, tmp_path / "lms", lms_pem) as served:
        yield served
