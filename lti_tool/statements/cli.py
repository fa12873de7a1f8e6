"""`segue statements`: how delivery stands, and what to do about what is parked."""

from datetime import timedelta
from typing import Protocol

import click
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.statements.status import Standing, parked, send_parked_again, standings, troubles

_SHOWN = 20


class _CommandLine(Protocol):
    def sessions(self) -> sessionmaker[Session]: ...


@click.group()
def statements() -> None:
    """The statements on their way to the record stores."""


@statements.command()
@click.pass_obj
def status(line: _CommandLine) -> None:
    """Say what waits and how long, what was sent, which stores fail, and what was parked and why."""
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
        click.echo("Nothing waits.")
    for statement in stopped[:_SHOWN]:
        click.echo(f"parked   {statement.id}  {statement.event}  {statement.reason}")
    if len(stopped) > _SHOWN:
        click.echo(f"... and more; these are the {_SHOWN} newest.")
    if stopped:
        click.echo("`segue statements retry` sends them once more.")


def _oldest(row: Standing) -> str:
    made = row.oldest or clock.now()
    age = timedelta(seconds=int((clock.now() - made).total_seconds()))
    tried = f", tried {row.attempts} times: {row.last_error}" if row.last_error else ""
    return f"oldest waits for {age}, since {made:%Y-%m-%d %H:%M:%S} UTC{tried}"


@statements.command()
@click.pass_obj
def retry(line: _CommandLine) -> None:
    """Send every parked statement once more; a worker takes them up at once."""
    with unit_of_work(line.sessions()) as session:
        count = send_parked_again(session)
    click.echo(f"Waiting to be sent again: {count}." if count else "Nothing is parked.")
