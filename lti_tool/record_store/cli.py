"""`segue records key`: the credentials of the built-in record store."""

from datetime import datetime
from typing import Protocol, cast

import click
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.core.errors import SegueError
from lti_tool.record_store import credentials


class _CommandLine(Protocol):
    def sessions(self) -> sessionmaker[Session]: ...


@click.group()
def records() -> None:
    """Manage the built-in record store."""


@records.group()
def key() -> None:
    """Manage credentials for the record store at /xapi."""


@key.command()
@click.option(
    "--label", required=True, help="Label of the credential. Statements show it as their authority."
)
@click.option(
    "--read-only/--read-write",
    default=True,
    show_default=True,
    help="Allow the credential to store statements.",
)
def add(label: str, *, read_only: bool) -> None:
    """Create a credential, and print its secret once."""
    if not label.strip() or "\0" in label:
        raise click.BadParameter("must say whom it is for", param_hint="--label")
    with unit_of_work(_sessions()) as session:
        username, secret = credentials.add_credential(session, label=label.strip(), can_write=not read_only)
    click.echo(f"Username: {username}\nSecret:   {secret}")
    click.echo("The secret is not stored and can't be shown again.", err=True)


@key.command(name="list")
def list_() -> None:
    """List all credentials, including revoked ones."""
    with unit_of_work(_sessions()) as session:
        found = credentials.list_credentials(session)
    click.echo(f"{'USERNAME':32}  {'RIGHTS':10}  {'MADE':16}  {'REVOKED':16}  LABEL")
    for one in found:
        rights = "read-write" if one.can_write else "read-only"
        click.echo(
            f"{one.username}  {rights:10}  {_day(one.created_at):16}  {_day(one.revoked_at):16}  {one.label}"
        )


@key.command()
@click.argument("username")
def revoke(username: str) -> None:
    """Revoke a credential."""
    try:
        with unit_of_work(_sessions()) as session:
            found = credentials.revoke_credential(session, username=username)
    except SegueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Revoked: {found.username} ({found.label})")


def _sessions() -> sessionmaker[Session]:
    return cast("_CommandLine", click.get_current_context().obj).sessions()


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"
