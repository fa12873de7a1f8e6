"""`segue platform move`."""

from typing import Protocol
from uuid import UUID

import click
from psycopg.errors import DeadlockDetected, ForeignKeyViolation, UniqueViolation
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.actor import ActorMode
from lti_tool.core.errors import ConflictError
from lti_tool.moving.service import Moved, move_registration
from lti_tool.platforms.models import Registration

_MEANWHILE = (DeadlockDetected, ForeignKeyViolation, UniqueViolation)
"""What the database says where somebody else wrote between two steps."""


class _CommandLine(Protocol):
    def listening_sessions(self) -> sessionmaker[Session]: ...


def _pairs(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for one in given:
        old, equals, new = one.partition("=")
        if not (old and equals and new) or old in pairs:
            raise click.BadParameter("write it as OLD=NEW, once for each OLD")
        pairs[old] = new
    return pairs


@click.command()
@click.argument("source", metavar="FROM", type=click.UUID)
@click.argument("target", metavar="TO", type=click.UUID)
@click.option(
    "--deployment",
    "deployments",
    metavar="OLD=NEW",
    multiple=True,
    callback=_pairs,
    help="Map a deployment of FROM to one of TO, if their ids differ. Can be repeated.",
)
@click.option(
    "--yes", is_flag=True, help="Apply the change. Without this option, only show what would change."
)
@click.pass_obj
def move(line: _CommandLine, source: UUID, target: UUID, deployments: dict[str, str], *, yes: bool) -> None:
    """Move the people, courses, settings and content of a platform to another registration.

    Use this when a platform has changed its address or client id, and is registered twice. FROM and TO are
    the ids that `segue platform list` prints. People and courses that are in both are merged. FROM is
    disabled, and people who use Segue from it have to open it from their course again.
    """
    with line.listening_sessions()() as session:
        try:
            moved = move_registration(session, source_id=source, target_id=target, deployments=deployments)
        except (IntegrityError, OperationalError) as error:
            if not isinstance(error.orig, _MEANWHILE):
                raise
            raise ConflictError(
                "People were using the platform at this moment, so nothing was changed. Try again, or "
                "stop the web processes and workers during the move."
            ) from None
        _say(moved)
        if yes:
            session.commit()
        else:
            session.rollback()
    click.echo("Done." if yes else "Nothing was changed: this is what would be done. Add --yes to do it.")


def _say(moved: Moved) -> None:
    click.echo(f"From  {_named(moved.source)}\nTo    {_named(moved.target)}")
    for old, new in moved.deployments.items():
        click.echo(f"  deployment {old}" + (f" becomes {new}" if old != new else ""))
    click.echo(
        f"  {moved.people} people, of whom {moved.people_in_both} are in both and become one each\n"
        f"  {moved.courses} courses, of which {moved.courses_in_both} are in both and become one each\n"
        f"  {moved.activities} activities, {moved.posts} posts, {moved.scores} scores, {moved.statements}"
        " statements\n"
        "Statements that were recorded keep the actors that they have, in every record store. Those that wait"
        " go where those of the second platform go."
    )
    if moved.target.actor_mode is ActorMode.SUB and moved.source.issuer != moved.target.issuer:
        home_page = moved.source.actor_home_page or moved.source.issuer
        if moved.target.actor_home_page is None:
            click.echo(
                f"From now on statements name people at {moved.target.issuer}. For the accounts of before:"
                f" segue platform set --issuer {moved.target.issuer} --client-id {moved.target.client_id}"
                f" --actor-home-page {home_page}"
            )
    click.echo(
        "Rosters and gradebook columns return with the first launch into each course. The "
        "first platform is now disabled. People who use Segue from it must open it from their "
        "course again."
    )


def _named(registration: Registration) -> str:
    label = f"{registration.label}, " if registration.label else ""
    return f"{label}{registration.issuer}, client {registration.client_id}"
