"""Fixtures that every test may use: a real PostgreSQL, a database of one's own, settings, the app."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import fasteners
import pytest
from cryptography.hazmat.primitives import serialization
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from pydantic import SecretStr
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from lti_tool.app import create_app
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.core.embedded import start_embedded
from lti_tool.core.migrations import migrate
from lti_tool.settings import Settings
from tests.catalogue.conformance import check_database, check_kept
from tests.catalogue.told import FORGET, watch
from tests.demo.tool_stand_in import new_key
from tests.factories.entrances import Course, Tenant, make_tenant
from tests.platforms.registrant import Registrant
from tests.ralph.whole_run import WholeRun, takes_part, write_down_shapes
from tests.servers import Counterpart, serving

__all__ = ["write_down_shapes"]  # a fixture of every test

QueryCounter = Callable[[], AbstractContextManager[list[str]]]

# Connections in the middle of something are ended first: one left in a transaction would keep us waiting.
# Idle ones hold no locks, and the process's engine keeps them. Foreign keys are not checked meanwhile, so the
# order of the tables does not matter.
EMPTY_ALL_TABLES = f"""
    DO $$ DECLARE name text; BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IS DISTINCT FROM 'idle';
        SET LOCAL session_replication_role = replica;
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
        {FORGET};
    END $$
"""

# Tests that share something costly stay in one process. The longest come first, dealt out to the processes by
# turns, so that none of them is begun when the others are nearly done.
TOGETHER = (
    "tests/browser/",  # one demo
    "tests/browser/test_sites.py",  # its own servers
    "tests/statements/test_guide.py",  # another demo
    "tests/browser/test_states.py",  # the application, served by the test
)

# For everything that is started from here too. Limits have tests of their own: tests/web/test_limits.py.
os.environ["SEGUE_LIMITS"] = "off"

SECRET = "Hq7wZt3Lx9Vb2Kd8Rm4Js6Yp1Nc5Gf0T"


def _together(nodeid: str) -> str | None:
    """The most exact of TOGETHER that a test belongs to."""
    return max((shared for shared in TOGETHER if nodeid.startswith(shared)), key=len, default=None)


class _Groups(LoadScopeScheduling):  # type: ignore[misc]  # it is untyped
    """Each test goes where there is time; those of one row of TOGETHER go to one process.

    pytest-xdist's own mark for groups does nothing with pytest 9.2 (it sets a node's id where none is read).
    """

    def _split_scope(self, nodeid: str) -> str:
        return _together(nodeid) or nodeid


@pytest.hookimpl(trylast=True)  # after the shuffling
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        shared = _together(item.nodeid)
        if shared:
            return TOGETHER.index(shared)
        return len(TOGETHER) + (item.get_closest_marker("slow") is None)

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _Groups(config, log)


def pytest_configure(config: pytest.Config) -> None:
    if takes_part(config):
        config.pluginmanager.register(WholeRun())


@pytest.fixture(scope="session")
def run_id() -> str:
    """The same for all of this run's processes."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)[:12]


@pytest.fixture(scope="session")
def server_url(run_id: str) -> str:
    """The PostgreSQL server of this run: SEGUE_DATABASE_URL's, or an embedded one of its own."""
    given = os.environ.get("SEGUE_DATABASE_URL")
    if given:
        return given
    # The last of the run's processes stops it and removes its data.
    server = start_embedded(Path(tempfile.gettempdir()) / f"segue-tests-{run_id}", cleanup="delete")
    return str(server.get_uri())


@pytest.fixture(scope="session")
def administration(server_url: str) -> Iterator[Engine]:
    """For statements that can't run in a transaction, such as CREATE DATABASE."""
    engine = make_engine(server_url, pool_size=1)
    yield engine.execution_options(isolation_level="AUTOCOMMIT")
    engine.dispose()


@pytest.fixture(scope="session")
def template_database(server_url: str, administration: Engine, run_id: str) -> str:
    """A migrated database that others are cloned from; made by the first process that asks."""
    name = f"segue_template_{run_id}"
    with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / f"segue-tests-{run_id}.lock"):
        with administration.connect() as connection:
            if connection.scalar(text("select 1 from pg_database where datname = :name"), {"name": name}):
                return name
            if "SEGUE_DATABASE_URL" not in os.environ:
                connection.execute(text("alter system set fsync = off"))
                connection.execute(text("select pg_reload_conf()"))
            connection.execute(text(f"create database {name}"))
        engine = make_engine(make_url(server_url).set(database=name).render_as_string(hide_password=False))
        migrate(engine)
        watch(engine)
        engine.dispose()
    return name


@contextmanager
def cloned_database(server_url: str, administration: Engine, template: str) -> Iterator[str]:
    """A database of one's own; the statements that were recorded in it are checked when one leaves."""
    name = f"segue_test_{uuid4().hex[:16]}"
    with administration.connect() as connection:
        connection.execute(text(f"create database {name} template {template}"))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    yield url
    try:
        check_database(url)
    finally:
        with administration.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))


@pytest.fixture
def fresh_database_url(server_url: str, administration: Engine, template_database: str) -> Iterator[str]:
    """A database for tests that change its tables."""
    with cloned_database(server_url, administration, template_database) as url:
        yield url


@pytest.fixture(scope="session")
def process_database_url(server_url: str, administration: Engine, template_database: str) -> Iterator[str]:
    with cloned_database(server_url, administration, template_database) as url:
        yield url


@pytest.fixture(scope="session")
def process_engine(process_database_url: str) -> Iterator[Engine]:
    """One engine for all tests of this process: its connections and what SQLAlchemy compiled are kept."""
    engine = make_engine(process_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def database_url(process_database_url: str, process_engine: Engine) -> Iterator[str]:
    """A migrated, empty database: this process's own, emptied after each test (4 ms; a clone takes 300).

    Each statement that the test made is checked before.
    """
    yield process_database_url
    try:
        with process_engine.connect() as connection:
            check_kept(connection)
    finally:
        with process_engine.begin() as connection:
            connection.execute(text(EMPTY_ALL_TABLES))


@pytest.fixture(scope="session")
def process_settings(process_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    media = tmp_path_factory.mktemp("media").as_uri()
    return Settings(database_url=process_database_url, secret_key=SecretStr(SECRET), media_url=media)


def folder_of(settings: Settings) -> Path:
    """Where the files of these settings are kept."""
    return Path(str(settings.media_url).removeprefix("file://"))


@pytest.fixture
def settings(process_settings: Settings, database_url: str) -> Iterator[Settings]:
    """The settings of this process's app; a module whose tests need others overrides this fixture."""
    yield process_settings
    for kept in folder_of(process_settings).iterdir():
        shutil.rmtree(kept) if kept.is_dir() else kept.unlink()


@pytest.fixture
def engine(process_engine: Engine, database_url: str) -> Engine:
    return process_engine


@pytest.fixture
def sessions(engine: Engine, settings: Settings) -> sessionmaker[Session]:
    return make_sessions(engine, settings)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session for looking, or for calling a service; what it writes is committed by the test."""
    with sessions() as session:
        yield session


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once for all apps of this process; each time would be 50 ms a test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def process_app(
    process_settings: Settings, process_engine: Engine, compiled_templates: FileSystemBytecodeCache
) -> Flask:
    return _app(process_settings, process_engine, compiled_templates)


@pytest.fixture
def app(
    settings: Settings,
    process_settings: Settings,
    process_app: Flask,
    engine: Engine,
    compiled_templates: FileSystemBytecodeCache,
) -> Flask:
    """This process's app, or one for the test's own settings. No test may change it."""
    if settings is process_settings:
        return process_app
    return _app(settings, engine, compiled_templates)


def _app(settings: Settings, engine: Engine, templates: FileSystemBytecodeCache) -> Flask:
    app = create_app(settings, engine=engine)
    app.jinja_env.bytecode_cache = templates
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def tenant(sessions: sessionmaker[Session]) -> Tenant:
    with unit_of_work(sessions) as session:
        return make_tenant(session)


@pytest.fixture
def course(app: Flask, sessions: sessionmaker[Session], tenant: Tenant) -> Course:
    """A course to bring visitors into."""
    return Course(app, sessions, tenant)


@pytest.fixture
def count_queries(engine: Engine) -> QueryCounter:
    """`with count_queries() as queries: ...` and then len(queries)."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def registrant() -> Iterator[Registrant]:
    """A platform that registers itself."""
    counterpart = Counterpart()
    with serving(counterpart) as url:
        yield Registrant(counterpart, url)


@pytest.fixture(scope="session")
def lms_pem() -> bytes:
    """A signing key that most tests share, because making one takes long."""
    return new_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
