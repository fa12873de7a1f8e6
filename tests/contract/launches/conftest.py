"""One application for all launches of the contract; each has a platform of its own there."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from pydantic import SecretStr
from sqlalchemy import Engine

from lti_tool.app import create_app
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.demo.lms.files import write_private
from lti_tool.settings import Settings
from tests.conftest import SECRET, cloned_database
from tests.demo.tool_stand_in import LocalServer
from tests.launch.platform import Platform

NewPlatform = Callable[[], Platform]


@pytest.fixture(scope="module")
def launches_engine(server_url: str, administration: Engine, template_database: str) -> Iterator[Engine]:
    """A database that is never emptied between launches: what one leaves must not matter to another."""
    with cloned_database(server_url, administration, template_database) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def launches_app(launches_engine: Engine, compiled_templates: FileSystemBytecodeCache) -> Flask:
    url = launches_engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, secret_key=SecretStr(SECRET)), engine=launches_engine)
    app.jinja_env.bytecode_cache = compiled_templates
    app.testing = True
    return app


@pytest.fixture(scope="module")
def new_platform(
    launches_app: Flask, launches_engine: Engine, lms_pem: bytes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewPlatform]:
    folder: Path = tmp_path_factory.mktemp("platforms")
    write_private(folder / "lms-signing-key.pem", lms_pem)
    sessions = make_sessions(launches_engine, launches_app.extensions["settings"])
    server, numbers = LocalServer(), count(1)
    yield lambda: Platform(launches_app, sessions, server, folder, f"/lms-{next(numbers)}")
    server.close()
