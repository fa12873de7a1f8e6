"""An LMS that launches as one of the real ones does, by its recorded shape."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.demo.lms.files import write_private
from lti_tool.demo.lms.keys import SigningKey
from tests.demo.tool_stand_in import LocalServer
from tests.launch.conftest import key_server
from tests.platforms.lms.shape import ShapedPlatform

__all__ = ["key_server"]

Connect = Callable[[str], ShapedPlatform]


@pytest.fixture
def connect(
    app: Flask, sessions: sessionmaker[Session], key_server: LocalServer, tmp_path: Path, lms_pem: bytes
) -> Connect:
    """`connect("moodle")`: that LMS, registered at the tool."""
    write_private(tmp_path / "key.pem", lms_pem)
    key = SigningKey.load_or_create(tmp_path / "key.pem")
    folder = Path(__file__).parent / "shapes"

    def make(name: str) -> ShapedPlatform:
        shape = json.loads((folder / f"{name}.json").read_bytes())
        return ShapedPlatform(app, sessions, key_server, key, shape)

    return make
