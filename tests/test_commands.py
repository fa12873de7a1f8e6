"""Each subcommand on each kind of installation: what goes wrong is a sentence, never a traceback."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import click
import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from lti_tool.cli import CommandLine, main
from lti_tool.core.db import make_engine
from lti_tool.core.migrations import alembic_config
from lti_tool.demo.presence import alone, noted
from tests.conftest import SECRET
from tests.servers import free_port

OF = ["--issuer", "https://lms.example", "--client-id", "c"]
ADDRESSES = [
    *("--auth-login-url", "https://lms.example/a", "--auth-token-url", "https://lms.example/t"),
    *("--jwks-url", "https://lms.example/j"),
]
SOMEBODY = ["--platform", "https://lms.example", "--sub", "nobody"]
# A new subcommand needs its row: what it is given at least.
ROWS: dict[str, list[str]] = {
    "serve": ["--port", str(free_port())],
    "worker": [],
    "migrate": [],
    "doctor": [],
    # Without it the demo makes an installation of its own, and runs.
    "demo": ["--reset"],
    "admin sign-in": [],
    "person export": [*SOMEBODY, "--to", "somebody"],
    "person erase": SOMEBODY,
    "platform add": [*OF, *ADDRESSES],
    "platform set": OF,
    "platform list": [],
    "platform move": [str(uuid4()), str(uuid4())],
    "platform invite": [],
    "platform deploy": [*OF, "--deployment-id", "1"],
    "platform disable": OF,
    "platform enable": OF,
    "platform rotate-keys": [],
    "records key add": ["--label", "Analyst"],
    "records key list": [],
    "records key revoke": ["0" * 32],
    "statements status": [],
    "statements retry": [],
    "statements export": [],
}


class Installation(NamedTuple):
    says: str
    """What every command says that can do nothing with it."""
    goes_on: tuple[str, ...] = ()
    """Those that can."""
    may_do: bool = False
    """Whether others may find all that they need."""


INSTALLATIONS = {
    "empty": Installation("The database has no tables. Run `segue migrate`", ("migrate", "demo")),
    "of an older release": Installation(
        "The database's tables are at 0003, and this", ("migrate", "demo"), may_do=True
    ),
    "of a newer release": Installation("which this release does not know", ("demo",)),
    "without its database": Installation("The database can't be used: connection", ("demo",)),
    "without its folder": Installation("var can't be used", ("demo",)),
}


def subcommands(of: click.Command = main, path: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(of, click.Group):
        for name, one in of.commands.items():
            yield from subcommands(one, (*path, name))
    else:
        yield " ".join(path)


def test_each_subcommand_has_a_row() -> None:
    assert set(ROWS) == set(subcommands())


@contextmanager
def database(server_url: str, administration: Engine, prepare: Callable[[Engine], None]) -> Iterator[str]:
    """A database that is none of this release's."""
    name = f"segue_other_{uuid4().hex[:16]}"
    with administration.connect() as connection:
        connection.execute(text(f"create database {name}"))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    engine = make_engine(url, pool_size=1)
    prepare(engine)
    engine.dispose()
    yield url
    with administration.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))


def make_empty(_engine: Engine) -> None:
    pass


def make_older(engine: Engine) -> None:
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")


def make_newer(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("create table alembic_version (version_num varchar(32) not null)"))
        connection.execute(text("insert into alembic_version values ('9999')"))


PREPARED = {"empty": make_empty, "of an older release": make_older, "of a newer release": make_newer}


@pytest.fixture
def databases(server_url: str, administration: Engine) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        yield {
            kind: stack.enter_context(database(server_url, administration, prepare))
            for kind, prepare in PREPARED.items()
        }


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """The command in this process, in a folder of its own and with these settings alone."""
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)

    def run_it(name: str, **environment: str) -> Result:
        for setting in [name for name in os.environ if name.startswith("SEGUE_")]:
            del os.environ[setting]
        os.environ.update(environment)
        line = CommandLine()
        try:
            return CliRunner().invoke(main, [*name.split(), *ROWS[name]], obj=line, prog_name="segue")
        finally:
            if "engine" in vars(line):
                line.engine.dispose()

    yield run_it
    os.environ.clear()
    os.environ.update(before)


def said_in_words(done: Result) -> bool:
    """Whether it ended as click ends commands."""
    is_clicks = done.exception is None or isinstance(done.exception, SystemExit)
    return is_clicks and "Traceback" not in done.output


@pytest.mark.parametrize("kind", INSTALLATIONS)
def test_no_subcommand_breaks_on_an_installation_that_is(
    run: Callable[..., Result], databases: dict[str, str], database_url: str, tmp_path: Path, kind: str
) -> None:
    known = {**databases, "without its database": "postgresql://nobody@127.0.0.1:1/none"}
    environment = {"SEGUE_DATABASE_URL": known.get(kind, database_url)}
    if kind == "without its folder":
        (tmp_path / "var").write_text("")
    else:
        environment["SEGUE_SECRET_KEY"] = SECRET
    # Whatever puts the installation right comes last.
    for name in sorted(ROWS, key=lambda name: name in INSTALLATIONS[kind].goes_on):
        if kind == "of a newer release" and name in {"serve", "worker"}:
            continue  # they go on while the newer one is rolled out, and would serve here
        done = run(name, **environment)
        assert said_in_words(done), (name, done.output, done.exception)
        if name in INSTALLATIONS[kind].goes_on:
            assert done.exit_code == 0, (name, done.output)
            continue
        if INSTALLATIONS[kind].may_do and name not in {"serve", "worker", "doctor"}:
            assert done.exit_code == 0 or done.stderr.startswith("Error: ")
            continue
        assert done.exit_code == 1, (name, done.output)
        unanswered = (kind, name) == ("without its database", "doctor")
        assert ("does not answer" if unanswered else INSTALLATIONS[kind].says) in done.output, name
        assert name == "doctor" or done.stderr.startswith("Error: ")


def test_beside_a_running_demo_every_subcommand_is_about_that_demo(
    run: Callable[..., Result], database_url: str, tmp_path: Path
) -> None:
    data = tmp_path / "var" / "demo"
    demo = {
        "SEGUE_ENV": "development",
        "SEGUE_DATABASE_URL": database_url,
        "SEGUE_BASE_URL": "http://127.0.0.1:8123",
        "SEGUE_SECRET_KEY": SECRET,
        "SEGUE_MEDIA_URL": (tmp_path / "media").as_uri(),
    }
    with alone(data):
        data.mkdir()
        assert "is just starting" in run("platform list").stderr
        with noted(data, demo):
            for name in ROWS.keys() - {"serve", "worker", "demo"}:
                done = run(name)
                assert said_in_words(done), (name, done.output, done.exception)
                assert "no tables" not in done.output
                assert "This command uses the demo that runs here" in done.stderr, name
            assert "http://127.0.0.1:8123/admin/sign-in#" in run("admin sign-in").stdout
            examined = run("doctor")
            assert examined.exit_code == 0, examined.output
            assert "reached at http://127.0.0.1:8123" in examined.stdout
            assert "Stop it first" in run("demo").stderr
            other = run("admin sign-in", **demo | {"SEGUE_BASE_URL": "http://127.0.0.1:8124"})
            assert ":8124/admin" in other.stdout
            assert "about the demo" not in other.stderr
    # What a demo that was killed has left behind is no installation.
    with noted(data, demo):
        assert "about the demo" not in run("platform list", **demo).output
