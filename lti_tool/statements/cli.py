"""`segue statements`: how delivery stands, and what to do about what is parked."""

from typing import Protocol

import click
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.statements.status import parked, send_parked_again, waiting

_SHOWN = 20


class _CommandLine(Protocol):
    def sessions(self) -> sessionmaker[Session]: ...


@click.group()
def statements() -> None:
    """The statements on their way to the record stores."""


@statements.command()
@click.pass_obj
def status(line: _CommandLine) -> None:
    """Say what waits, what is paused, and what was parked and why."""
    with unit_of_work(line.sessions()) as session:
        rows, stopped = waiting(session), parked(session, limit=_SHOWN + 1)
    for row in rows:
        since = f"{row.oldest:%Y-%m-%d %H:%M:%S} UTC"
        click.echo(f"waiting  {row.count:>8}  registration {row.registration_id}  oldest {since}")
        if row.paused_until:
            click.echo(f"  paused until {row.paused_until:%H:%M:%S} UTC: {row.why}")
    if not rows:
        click.echo("Nothing waits.")
    for statement in stopped[:_SHOWN]:
        click.echo(f"parked   {statement.id}  {statement.event}  {statement.reason}")
    if len(stopped) > _SHOWN:
        click.echo(f"... and more; these are the {_SHOWN} oldest.")
    if stopped:
        click.echo("`segue statements retry` sends them once more.")


@statements.command()
@click.pass_obj
def retry(line: _CommandLine) -> None:
    """Send every parked statement once more; a worker takes them up at once."""
    with unit_of_work(line.sessions()) as session:
        count = send_parked_again(session)
    click.echo(f"Waiting to be sent again: {count}." if count else "Nothing is parked.")
