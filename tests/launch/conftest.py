"""Fixtures for launches."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from tests.demo.tool_stand_in import LocalServer
from tests.launch.platform import Platform


@pytest.fixture
def key_server() -> Iterator[LocalServer]:
    server = LocalServer()
    yield server
    server.close()


@pytest.fixture
def platform(
    app: Flask, sessions: sessionmaker[Session], key_server: LocalServer, tmp_path: Path
) -> Platform:
    return Platform(app, sessions, key_server, tmp_path)
