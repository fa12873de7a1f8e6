"""The `segue` command."""

import os
import sys
from contextlib import nullcontext
from functools import cached_property
from typing import Any

import click
import psycopg
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.admin.cli import admin
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.core.errors import SegueError, SettingsError
from lti_tool.core.migrations import tables_problem
from lti_tool.demo.cli import demo
from lti_tool.demo.presence import running_installation
from lti_tool.moving.cli import move
from lti_tool.platforms.cli import platform
from lti_tool.privacy.cli import person
from lti_tool.record_store.cli import records
from lti_tool.settings import Settings, load_settings, var_dir
from lti_tool.statements.cli import statements

_NAMES_ANOTHER = ("SEGUE_DATABASE_URL", "SEGUE_BASE_URL", "SEGUE_SECRET_KEY", "SEGUE_ENV")


class CommandLine:
    """What commands share: settings and the database, each made when first asked for."""

    joins_demo = True
    """Whether the demo that runs here is meant, where the environment names no other installation."""

    @cached_property
    def settings(self) -> Settings:
        """The settings, with a database: the embedded one where SEGUE_DATABASE_URL names none."""
        if self.joins_demo and not any(name in os.environ for name in _NAMES_ANOTHER):
            demo = running_installation(var_dir() / "demo")
            if demo:
                click.echo("(This command uses the demo that runs here.)", err=True)
                os.environ |= demo
        settings = load_settings()
        if settings.database_url is not None:
            return settings
        from lti_tool.core.embedded import start_embedded  # slow to import; a named server needs none

        self._embedded = start_embedded(var_dir() / "postgresql")
        # The server's own worker processes read it from there.
        os.environ["SEGUE_DATABASE_URL"] = self._embedded.get_uri()
        return load_settings()

    @cached_property
    def engine(self) -> Engine:
        return make_engine(self.settings.database_url or "")

    def serve_alone(self) -> None:
        """Begin a part of an installation: not of a demo, which has its own, and not without tables."""
        self.joins_demo = False
        problem = tables_problem(self.engine, newer_is_fine=True)
        self.engine.dispose()
        if problem:
            raise SettingsError(problem)

    def sessions(self) -> sessionmaker[Session]:
        return make_sessions(self.engine, self.settings)

    def listening_sessions(self) -> sessionmaker[Session]:
        """The same for what features are told of."""
        from lti_tool.subscriptions import subscribe_all  # knows every feature; most commands need none

        subscribe_all()
        return self.sessions()


class _Group(click.Group):
    """Turns failures of what is around us into one clear line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (SegueError, SQLAlchemyError, psycopg.Error, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise  # whoever read what we print has gone: click's affair
            raise click.ClickException(_in_words(error, ctx.obj)) from None


def _in_words(error: Exception, line: CommandLine) -> str:
    match error:
        case OSError(filename=str() as name):
            return f"{name} can't be used: {error.strerror}."
        case SQLAlchemyError() | psycopg.Error():
            cause = getattr(error, "orig", None) or error
            reason = str(cause).strip().partition("\n")[0]
            return _of_another_release(line) or f"The database can't be used: {reason}"
    return str(error)


def _of_another_release(line: CommandLine) -> str | None:
    """Whether that is why the database can't be used."""
    try:
        return tables_problem(line.engine)
    except (SegueError, SQLAlchemyError):
        return None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="segue-lti", prog_name="segue")
@click.pass_context
def main(context: click.Context) -> None:
    """Segue: discussion, peer help and workplace follow-ups inside an LMS course."""
    # What is kept is for the owner alone: state, keys, logs, exports and what those started by us write.
    before = os.umask(0o077)
    context.call_on_close(lambda: os.umask(before))
    context.obj = context.obj or CommandLine()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Number of processes; use one for each core.",
)
@click.pass_obj
def serve(line: CommandLine, host: str, port: int, workers: int) -> None:
    """Serve the web pages over HTTP until stopped."""
    from lti_tool.logs import init_logs
    from lti_tool.serving import server

    init_logs()
    line.serve_alone()
    server.serve("lti_tool.asgi:app", host=host, port=port, workers=workers)


@main.command()
@click.option(
    "--concurrency",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Number of jobs to run at once.",
)
@click.option("--health-host", default="127.0.0.1", show_default=True, help="Address for health checks.")
@click.option(
    "--health-port",
    type=click.IntRange(1, 65535),
    help="Port for /health/live and /health/ready. [default: none]",
)
@click.pass_obj
def worker(line: CommandLine, concurrency: int, health_host: str, health_port: int | None) -> None:
    """Run background jobs, such as statement delivery, until stopped. Start as many workers as you need."""
    from lti_tool.health.worker import telling_health
    from lti_tool.jobs import run_worker
    from lti_tool.logs import init_logs

    init_logs()
    line.serve_alone()
    sessions = line.sessions()
    telling = telling_health(sessions, host=health_host, port=health_port) if health_port else nullcontext()
    with telling:
        run_worker(line.settings, sessions, concurrency=concurrency)


@main.command()
@click.pass_obj
def migrate(line: CommandLine) -> None:
    """Create or update the database tables for this release. Safe to run again."""
    from lti_tool.installation import install

    before, after = install(line.engine, line.sessions())
    click.echo(
        f"Database: {before or 'empty'} -> {after}"
        if before != after
        else f"Database: {after}, nothing to do"
    )


@main.command()
@click.pass_obj
def doctor(line: CommandLine) -> None:
    """Check this installation, and say how to solve each problem."""
    from lti_tool.doctor import examine

    findings = examine(line)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.fine else 'FAIL'}  {finding.what}: {finding.words}")
    if not all(finding.fine for finding in findings):
        sys.exit(1)


main.add_command(admin)
main.add_command(person)
main.add_command(platform)
platform.add_command(move)
main.add_command(records)
main.add_command(statements)
main.add_command(demo)
