"""`segue admin`: the way in for administrators."""

from typing import Protocol

import click
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.admin.sessions import make_sign_in
from lti_tool.core.db import unit_of_work


class _CommandLine(Protocol):
    def sessions(self) -> sessionmaker[Session]: ...


@click.group()
def admin() -> None:
    """The administrator's page, /admin."""


@admin.command("sign-in")
@click.pass_obj
def sign_in(line: _CommandLine) -> None:
    """Print a link that signs its reader in as an administrator: once, within ten minutes."""
    with unit_of_work(line.sessions()) as session:
        link = make_sign_in(session)
    click.echo(link)
    click.echo("It works once, within ten minutes. Whoever has it is let in: pass it to nobody.", err=True)
