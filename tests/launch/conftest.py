"""Fixtures for launches."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.demo.lms.files import write_private
from tests.demo.tool_stand_in import LocalServer
from tests.launch.platform import Platform


@pytest.fixture
def key_server() -> Iterator[LocalServer]:
    server = LocalServer()
    yield server
    server.close()


@pytest.fixture
def platform(
    app: Flask, sessions: sessionmaker[Session], key_server: LocalServer, tmp_path: Path, lms_pem: bytes
) -> Platform:
    write_private(tmp_path / "lms-signing-key.pem", lms_pem)
    return Platform(app, sessions, key_server, tmp_path)
