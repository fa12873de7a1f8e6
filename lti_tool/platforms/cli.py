"""`segue platform`: register platforms by hand."""

from typing import Protocol

import click
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.platforms.queries import list_platforms
from lti_tool.platforms.service import OwnRecordStore, add_platform, set_active
from lti_tool.platforms.tool_keys import rotate_tool_keys


class _CommandLine(Protocol):
    def sessions(self) -> sessionmaker[Session]: ...


@click.group()
def platform() -> None:
    """The platforms (LMS) that may launch into this tool."""


@platform.command()
@click.option("--issuer", required=True, help="The platform's issuer, exactly as in its tokens (iss).")
@click.option("--client-id", required=True, help="The id that the platform gave this tool.")
@click.option("--auth-login-url", required=True, help="Its OIDC authorization address.")
@click.option("--auth-token-url", required=True, help="Its OAuth 2.0 token address.")
@click.option("--jwks-url", required=True, help="Its public key set.")
@click.option("--auth-audience", help="Audience for its token address, where it is not the address itself.")
@click.option(
    "--deployment-id", "deployment_ids", multiple=True, help="A deployment; may be given several times."
)
@click.option("--lrs-url", help="Its own record store; the default one otherwise.")
@click.option("--lrs-username", help="With --lrs-url.")
@click.option("--lrs-password", help="With --lrs-url; sealed at rest.")
@click.pass_obj
def add(
    line: _CommandLine,
    /,
    lrs_url: str | None,
    lrs_username: str | None,
    lrs_password: str | None,
    deployment_ids: tuple[str, ...],
    **registration: str,
) -> None:
    """Register a platform."""
    record_store = None
    if lrs_url or lrs_username or lrs_password:
        if not (lrs_url and lrs_username and lrs_password):
            raise click.UsageError("--lrs-url, --lrs-username and --lrs-password go together.")
        record_store = OwnRecordStore(url=lrs_url, username=lrs_username, password=lrs_password)
    with unit_of_work(line.sessions()) as session:
        add_platform(session, deployment_ids=deployment_ids, record_store=record_store, **registration)
    click.echo(f"Registered client {registration['client_id']} of {registration['issuer']}.")
    if not deployment_ids:
        click.echo("It has no deployment yet, so nobody can launch: add one with --deployment-id.", err=True)


@platform.command("list")
@click.pass_obj
def list_(line: _CommandLine) -> None:
    """List the platforms and their deployments."""
    with unit_of_work(line.sessions()) as session:
        found = list_platforms(session)
    for row in found:
        state = "active  " if row.active else "disabled"
        deployments = ", ".join(row.deployments) or "none"
        click.echo(f"{state}  {row.issuer}  client {row.client_id}  deployments {deployments}")
    if not found:
        click.echo("No platform is registered yet. See `segue platform add --help`.")


@platform.command()
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
@click.pass_obj
def disable(line: _CommandLine, issuer: str, client_id: str) -> None:
    """Let nobody in from this platform, and end the sessions that came from it."""
    _switch(line, issuer, client_id, active=False)


@platform.command()
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
@click.pass_obj
def enable(line: _CommandLine, issuer: str, client_id: str) -> None:
    """Let people in from a disabled platform again."""
    _switch(line, issuer, client_id, active=True)


@platform.command("rotate-keys")
@click.option(
    "--now",
    "early",
    is_flag=True,
    help="Also while platforms may not know the next key yet: for a key that has leaked.",
)
@click.pass_obj
def rotate_keys(line: _CommandLine, *, early: bool) -> None:
    """Sign with the next of the tool's own keys from now on, and publish a new next one."""
    with unit_of_work(line.sessions()) as session:
        kid = rotate_tool_keys(session, early=early)
    click.echo(f"Key {kid} signs now. The one before it stays published for two hours.")


def _switch(line: _CommandLine, issuer: str, client_id: str, *, active: bool) -> None:
    with unit_of_work(line.sessions()) as session:
        set_active(session, issuer=issuer, client_id=client_id, active=active)
    click.echo(f"Client {client_id} of {issuer} is {'active' if active else 'disabled'} now.")
