"""`segue statements`: how delivery stands, and what to do about what is parked."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TextIO

import click
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.errors import SegueError
from lti_tool.statements.export import Wanted, export
from lti_tool.statements.models import StatementState
from lti_tool.statements.status import Standing, parked, send_parked_again, standings, troubles

_SHOWN = 20


class _CommandLine(Protocol):
    def sessions(self) -> sessionmaker[Session]: ...


@click.group()
def statements() -> None:
    """Manage the delivery of statements to record stores."""


@statements.command()
@click.pass_obj
def status(line: _CommandLine) -> None:
    """Show waiting, sent and parked statements, and stores that fail."""
    with unit_of_work(line.sessions()) as session:
        rows, stores, stopped = standings(session), troubles(session), parked(session, most=_SHOWN + 1)
    for row in rows:
        click.echo(f"registration {row.registration_id}  {row.label or row.issuer}  client {row.client_id}")
        click.echo(f"  to {row.address}")
        click.echo(f"  waiting {row.waiting:>8}   sent {row.sent:>8}   parked {row.parked:>6}")
        if row.oldest:
            click.echo(f"  {_oldest(row)}")
    for store in stores:
        until = f"left alone until {store.until:%H:%M:%S} UTC, then tried" if store.until else "failed lately"
        click.echo(f"store    {store.address}  {until}; {store.failures} failures in a row: {store.reason}")
    if not any(row.waiting for row in rows):
        click.echo("No statements are waiting.")
    for statement in stopped[:_SHOWN]:
        click.echo(f"parked   {statement.id}  {statement.event}  {statement.reason}")
    if len(stopped) > _SHOWN:
        click.echo(f"... and more; these are the {_SHOWN} newest.")
    if stopped:
        click.echo("Send them again with `segue statements retry`.")


def _oldest(row: Standing) -> str:
    made = row.oldest or clock.now()
    age = timedelta(seconds=int((clock.now() - made).total_seconds()))
    tried = f", tried {row.attempts} times: {row.last_error}" if row.last_error else ""
    return f"oldest waits for {age}, since {made:%Y-%m-%d %H:%M:%S} UTC{tried}"


@statements.command()
@click.pass_obj
def retry(line: _CommandLine) -> None:
    """Send all parked statements again, except voided ones. A worker starts at once."""
    with unit_of_work(line.sessions()) as session:
        count = send_parked_again(session)
    click.echo(f"Waiting to be sent again: {count}." if count else "There is nothing to send again.")


class _Moment(click.ParamType[datetime]):
    """A date or a moment of ISO 8601; in UTC where it names no zone."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no moment such as 2026-11-28 or 2026-11-28T12:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@statements.command("export")
@click.option("--since", type=_Moment(), help="Only statements from this time on, e.g. 2026-11-28T12:00:00Z.")
@click.option("--until", type=_Moment(), help="Only statements before this time.")
@click.option(
    "--registration",
    "registration_id",
    type=click.UUID,
    help="Only statements of this registration (see `segue statements status`).",
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in StatementState]),
    help="Only statements of this event. Can be repeated.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this new file.")
@click.pass_obj
def export_(line: _CommandLine, /, states: Sequence[str], output: Path | None, **filters: Any) -> None:
    """Write statements as JSON Lines, exactly as recorded, to standard output or a file."""
    wanted = Wanted(states=[StatementState(state) for state in states], **filters)
    with unit_of_work(line.sessions()) as session, _written_whole(output) as file:
        count, lines = export(session, wanted)
        with click.progressbar(lines, length=count, label="Statements", file=sys.stderr) as shown:
            for one in shown:
                file.write(one + "\n")
    click.echo(f"Exported: {count}.", err=True)


@contextmanager
def _written_whole(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that has its name once all is in it."""
    if output is None:
        yield sys.stdout
        return
    if output.exists():
        raise SegueError(f"{output} exists already.")
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise SegueError(f"{output} can't be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
