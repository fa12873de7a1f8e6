"""`segue platform`: register platforms by hand, or invite them to register themselves."""

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol, TextIO, TypeVar

import click
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.actor import ActorMode, Naming
from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.core.text import clean_line
from lti_tool.platforms.invitations import make_invitation
from lti_tool.platforms.models import RegistrationState
from lti_tool.platforms.queries import list_platforms
from lti_tool.platforms.service import (
    OwnRecordStore,
    add_deployment,
    add_platform,
    find_registration,
    set_active,
    set_naming,
    set_record_store,
)
from lti_tool.platforms.tool_keys import rotate_tool_keys
from lti_tool.platforms.updates import change_platform
from xapi.client import RecordStoreClient

_WHERE_TO_PASTE = """\
Moodle       Site administration > Plugins > Activity modules > External tool > Manage tools: Tool URL
Canvas       Admin > Apps > Manage > Install a New App, by Dynamic Registration: URL
Brightspace  Admin Tools > Manage Extensibility > LTI Advantage > Register Tool > Dynamic
Sakai        Administration Workspace > Plus Admin or External Tools > LTI Advantage Auto Provision"""
_MOST_VERSIONS = 10
_STATES = {
    RegistrationState.PENDING: "pending ",
    RegistrationState.ACTIVE: "active  ",
    RegistrationState.DISABLED: "disabled",
}


F = TypeVar("F", bound=Callable[..., Any])


class _CommandLine(Protocol):
    def sessions(self) -> sessionmaker[Session]: ...


@click.group()
def platform() -> None:
    """Manage the platforms (LMSs) that can launch Segue."""


def _naming_options(command: F) -> F:
    """What statements tell of people; the same for a new platform and a known one."""
    for option in (
        click.option(
            "--actor-mode",
            type=click.Choice([str(it) for it in ActorMode]),
            help="Identify people in statements by the platform's ids (sub) or by pseudonyms.",
        ),
        click.option(
            "--actor-home-page",
            help="Home page for the platform's ids, if the platform's own statements use one that is "
            "not its issuer. Empty for the issuer.",
        ),
        click.option(
            "--text/--no-text",
            "sends_text",
            default=None,
            help="Include the text of posts in statements. Text can't be removed from a record store.",
        ),
    ):
        command = option(command)
    return command


def _address_options(command: F) -> F:
    """What the platform said of itself, where that has changed."""
    for option in (
        click.option("--jwks-url", help="New address of the platform's public key set."),
        click.option("--auth-audience", help="New audience of token requests."),
        click.option("--auth-token-url", help="New OAuth 2.0 token address."),
        click.option("--auth-login-url", help="New OIDC authorization address."),
        click.option("--label", help="New name of the platform on the administration pages."),
    ):
        command = option(command)
    return command


def _store_options(command: F) -> F:
    """Where statements go; the same for a new platform and a known one."""
    for option in (
        click.option(
            "--lrs-version",
            type=click.Choice(["1.0.3", "2.0.0"]),
            help="With --lrs-url: xAPI version of the record store. [default: SEGUE_LRS_VERSION]",
        ),
        click.option(
            "--lrs-password-file",
            type=click.File(encoding="utf-8"),
            help="With --lrs-url: a file with only the password; - for standard input.",
        ),
        click.option(
            "--lrs-password",
            envvar="SEGUE_PLATFORM_LRS_PASSWORD",
            show_envvar=True,
            help="With --lrs-url: the password, stored encrypted. Other users of this machine can read "
            "arguments, so leave it out to be asked for it, or use the file or the variable.",
        ),
        click.option("--lrs-username", help="With --lrs-url: the user name."),
        click.option("--lrs-url", help="A record store for this platform instead of the default one."),
    ):
        command = option(command)
    return command


@platform.command()
@click.option("--issuer", required=True, help="The platform's issuer, exactly as in its tokens (iss).")
@click.option("--client-id", required=True, help="The client id that the platform gave to Segue.")
@click.option("--auth-login-url", required=True, help="The platform's OIDC authorization address.")
@click.option("--auth-token-url", required=True, help="The platform's OAuth 2.0 token address.")
@click.option("--jwks-url", required=True, help="The address of the platform's public key set.")
@click.option("--auth-audience", help="Audience of token requests, if it is not the token address.")
@click.option("--deployment-id", "deployment_ids", multiple=True, help="A deployment id. Can be repeated.")
@_store_options
@_naming_options
@click.pass_obj
def add(
    line: _CommandLine,
    /,
    *,
    lrs_url: str | None,
    lrs_username: str | None,
    lrs_password: str | None,
    lrs_password_file: TextIO | None,
    lrs_version: str | None,
    deployment_ids: tuple[str, ...],
    actor_mode: str | None,
    actor_home_page: str | None,
    sends_text: bool | None,
    **registration: Any,
) -> None:
    """Register a platform."""
    password = _password(lrs_url, lrs_username, lrs_password, lrs_password_file)
    record_store = _own_store(lrs_url, lrs_username, password, lrs_version)
    with unit_of_work(line.sessions()) as session:
        add_platform(
            session,
            deployment_ids=deployment_ids,
            record_store=record_store,
            naming=_naming(Naming(), actor_mode, actor_home_page, sends_text),
            **registration,
        )
        version = settings_of(session).lrs_version
    click.echo(f"Registered client {registration['client_id']} of {registration['issuer']}.")
    if record_store:
        _ask_what_it_speaks(record_store, version)
    if not deployment_ids:
        click.echo(
            "It has no deployment yet, so nobody can launch. See `segue platform deploy --help`.", err=True
        )


@platform.command("set")
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
@_address_options
@_store_options
@click.option("--default-lrs", is_flag=True, help="Use the default record store again.")
@_naming_options
@click.pass_obj
def set_(
    line: _CommandLine,
    /,
    *,
    issuer: str,
    client_id: str,
    lrs_url: str | None,
    lrs_username: str | None,
    lrs_password: str | None,
    lrs_password_file: TextIO | None,
    lrs_version: str | None,
    default_lrs: bool,
    actor_mode: str | None,
    actor_home_page: str | None,
    sends_text: bool | None,
    **platform: str | None,
) -> None:
    """Change a platform's name, addresses or record store, or what its statements contain.

    Statements change from the next one on. People who use Segue are not interrupted.
    """
    password = _password(lrs_url, lrs_username, lrs_password, lrs_password_file)
    record_store = _own_store(lrs_url, lrs_username, password, lrs_version)
    if record_store and default_lrs:
        raise click.UsageError("Use either --lrs-url or --default-lrs.")
    with unit_of_work(line.sessions()) as session:
        registration = find_registration(session, issuer=issuer, client_id=client_id)
        naming = _naming(registration.naming, actor_mode, actor_home_page, sends_text)
        set_naming(session, registration_id=registration.id, naming=naming)
        changes = {name: clean_line(value) for name, value in platform.items() if value is not None}
        change_platform(session, registration_id=registration.id, **changes)
        if record_store or default_lrs:
            set_record_store(session, registration_id=registration.id, record_store=record_store)
        version = settings_of(session).lrs_version
    if changes:
        click.echo(f"Changed: {', '.join(name.replace('_', '-') for name in changes)}.")
    people = "pseudonyms" if naming.mode is ActorMode.PSEUDONYM else "the platform's ids"
    if naming.mode is ActorMode.SUB and naming.home_page:
        people += f" at {naming.home_page}"
    click.echo(
        f"Statements name people by {people}, {'with' if naming.sends_text else 'without'} their texts."
    )
    if record_store or default_lrs:
        store = record_store.url if record_store else "the default record store"
        click.echo(f"They go to {store}, and so do those that still wait.")
    if record_store:
        _ask_what_it_speaks(record_store, version)


def _ask_what_it_speaks(store: OwnRecordStore, default_version: str) -> None:
    """Tell at once of an address that is wrong, or a version that the store does not speak."""
    version = store.version or default_version
    with RecordStoreClient(
        store.url, store.username, store.password, version=version, timeout=(3, 10)
    ) as lrs:
        spoken = lrs.versions()
    if spoken is None:
        said = (
            "The record store does not answer as one just now (GET about). If its address is right, nothing"
            " is to be done: what is recorded waits for it."
        )
    elif any(_family(it) == _family(version) for it in spoken):
        return
    else:
        known = ", ".join(spoken[:_MOST_VERSIONS]) or "no version that we know"
        said = (
            f"The record store says that it speaks {known}. Statements go out as {version}:"
            " see --lrs-version."
        )
    click.echo(said, err=True)


def _family(version: str) -> str:
    """The versions that understand each other: 1.0.0 and 1.0.3 are one (xAPI 1.0.3, Communication 3.3)."""
    return version.rpartition(".")[0]


def _password(url: str | None, username: str | None, given: str | None, file: TextIO | None) -> str | None:
    """The record store's password: from the file, the variable or the option, else as it is typed."""
    if file is not None:
        return file.read().rstrip("\r\n")
    if given or not (url and username and sys.stdin.isatty()):
        return given
    asked: str = click.prompt("Password of the record store", hide_input=True, err=True)
    return asked


def _own_store(
    url: str | None, username: str | None, password: str | None, version: str | None
) -> OwnRecordStore | None:
    if not (url or username or password or version):
        return None
    if not (url and username and password):
        raise click.UsageError(
            "--lrs-url needs --lrs-username and a password (--lrs-password-file, or the prompt)."
        )
    return OwnRecordStore(url=url, username=username, password=password, version=version)


def _naming(known: Naming, mode: str | None, home_page: str | None, sends_text: bool | None) -> Naming:  # noqa: FBT001  # an option's value
    """What is known, with what was chosen now."""
    return Naming(
        ActorMode(mode) if mode else known.mode,
        known.home_page if home_page is None else home_page.strip() or None,
        known.sends_text if sends_text is None else sends_text,
    )


@platform.command("list")
@click.pass_obj
def list_(line: _CommandLine) -> None:
    """List the platforms with their id, state, deployments and last launch.

    Use the ids for `segue platform move`. They differ for each registration of an issuer.
    """
    with unit_of_work(line.sessions()) as session:
        found = list_platforms(session)
    for row in found:
        waiting = [f"{deployment} (pending)" for deployment in row.pending_deployments]
        deployments = ", ".join((*row.deployments, *waiting)) or "none"
        launched = f"{row.launched_at:%Y-%m-%d %H:%M} UTC" if row.launched_at else "never"
        name = f"  named {row.label}" if row.label else ""
        click.echo(
            f"{_STATES[row.state]}  {row.issuer}  client {row.client_id}  deployments {deployments}"
            f"  last launch {launched}{name}\n          id {row.id}"
        )
    if not found:
        click.echo("No platform is registered yet. See `segue platform add --help`.")


@platform.command()
@click.option("--label", help="Name of the platform on the administration pages.")
@click.option("--issuer", help="Only this platform can use the link. Without it, any platform can.")
@click.option(
    "--days", default=7, show_default=True, type=click.IntRange(1, 90), help="How long the link is valid."
)
@click.pass_obj
def invite(line: _CommandLine, label: str | None, issuer: str | None, days: int) -> None:
    """Print a one-time link for a platform to register itself (LTI Dynamic Registration)."""
    with unit_of_work(line.sessions()) as session:
        link = make_invitation(
            session, label=clean_line(label or "") or None, issuer=issuer, life=timedelta(days=days)
        )
    click.echo(link)
    until = "a day" if days == 1 else f"{days} days"
    click.echo(
        f"It works once, within {until}, and can't be shown again. Paste it in the platform:\n"
        f"{_WHERE_TO_PASTE}\n"
        "Then approve the platform at /admin (`segue admin sign-in`), or with `segue platform enable`.",
        err=True,
    )


@platform.command()
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
@click.option(
    "--deployment-id", required=True, help="The deployment id, as shown by the platform or by `list`."
)
@click.pass_obj
def deploy(line: _CommandLine, issuer: str, client_id: str, deployment_id: str) -> None:
    """Add a deployment to a platform, or approve a pending one."""
    with unit_of_work(line.sessions()) as session:
        registration = find_registration(session, issuer=issuer, client_id=client_id)
        add_deployment(session, registration_id=registration.id, deployment_id=deployment_id)
    click.echo(f"Deployment {deployment_id} of {issuer} may launch now.")


@platform.command()
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
@click.pass_obj
def disable(line: _CommandLine, issuer: str, client_id: str) -> None:
    """Disable a platform: refuse its launches and end its sessions."""
    _switch(line, issuer, client_id, active=False)


@platform.command()
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
@click.pass_obj
def enable(line: _CommandLine, issuer: str, client_id: str) -> None:
    """Enable a disabled platform, or approve a pending one."""
    _switch(line, issuer, client_id, active=True)


@platform.command("rotate-keys")
@click.option(
    "--now",
    "early",
    is_flag=True,
    help="Change even if platforms may not know the next key yet. Use this if a key has leaked.",
)
@click.pass_obj
def rotate_keys(line: _CommandLine, *, early: bool) -> None:
    """Start signing with Segue's next key, and publish a new next key."""
    with unit_of_work(line.sessions()) as session:
        kid = rotate_tool_keys(session, early=early)
    click.echo(f"Key {kid} signs now. The one before it stays published for two hours.")


def _switch(line: _CommandLine, issuer: str, client_id: str, *, active: bool) -> None:
    with unit_of_work(line.sessions()) as session:
        set_active(session, issuer=issuer, client_id=client_id, active=active)
    click.echo(f"Client {client_id} of {issuer} is {'active' if active else 'disabled'} now.")
