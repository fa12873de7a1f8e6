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
    """Manage access to the administration pages (/admin)."""


@admin.command("sign-in")
@click.pass_obj
def sign_in(line: _CommandLine) -> None:
    """Print a one-time sign-in link for an administrator, valid for ten minutes."""
    with unit_of_work(line.sessions()) as session:
        link = make_sign_in(session)
    click.echo(link)
    click.echo(
        "The link works once, within ten minutes. Anyone who has it can sign in, so do not share it.",
        err=True,
    )
