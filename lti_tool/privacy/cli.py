"""`segue person`: handing out all that is kept of somebody, and erasing it."""

import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.attachments.models import Attachment
from lti_tool.attachments.tasks import sweep_files
from lti_tool.core import clock
from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.core.errors import SegueError
from lti_tool.people.models import Person
from lti_tool.platforms.models import Registration
from lti_tool.privacy.erasing import Erased, erase, to_erase_again
from lti_tool.privacy.exporting import kept_of
from lti_tool.privacy.person_file import write_person
from lti_tool.privacy.persons import find_person, find_registration
from lti_tool.privacy.record import InFlightError
from lti_tool.settings import var_dir
from lti_tool.storage.store import storage_of

_LONGEST_WAIT = 130
"""Seconds: a little more than a worker may hold a statement."""
_OWNER_ALONE = 0o600
F = TypeVar("F", bound=Callable[..., Any])


class _CommandLine(Protocol):
    def listening_sessions(self) -> sessionmaker[Session]: ...


@click.group()
def person() -> None:
    """Export or erase the data of one person."""


def _whose(command: F) -> F:
    for option in (
        click.option("--sub", help="The person's id at the platform (sub)."),
        click.option(
            "--registration",
            "registration_id",
            type=click.UUID,
            help="The registration id, if a platform has several.",
        ),
        click.option("--platform", help="The platform's issuer."),
    ):
        command = option(command)
    return command


@person.command()
@_whose
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="A new or empty folder for person.json and the files.",
)
@click.pass_obj
def export(
    line: _CommandLine, platform: str | None, registration_id: UUID | None, sub: str | None, folder: Path
) -> None:
    """Export the data of a person: rows and statements as person.json, and their files.

    The export contains no text, names or ids of other people, and no secrets.
    """
    platform, sub = _named(platform, registration_id, sub)
    if folder.exists() and any(folder.iterdir()):
        raise click.BadParameter("is not empty", param_hint="--to")
    with unit_of_work(line.listening_sessions()) as session:
        registration = find_registration(session, platform=platform, registration_id=registration_id)
        kept = kept_of(session, registration, find_person(session, registration, sub))
        storage = storage_of(settings_of(session))
        (folder / "files").mkdir(parents=True, exist_ok=True, mode=0o700)
        missing = []
        for file in kept.files:
            try:
                (folder / "files" / file.name).write_bytes(storage.get(file.key))
            except FileNotFoundError:
                missing.append(file.name)
        there = [f"files/{file.name}" for file in kept.files if file.name not in missing]
        rows, statements = write_person(
            folder / "person.json", kept, platform=registration.issuer, files=there
        )
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables, {statements} statements and "
               f"{len(there)} files are in {folder}.")  # fmt: skip
    if missing:
        raise SegueError(f"These files are missing: {', '.join(missing)}.")


@person.command("erase")
@_whose
@click.option(
    "--yes", is_flag=True, help="Apply the change. Without this option, only show what would change."
)
@click.option("--again", is_flag=True, help="Erase all erased people again, after a backup was restored.")
@click.option(
    "--tombstones",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that notes who was erased. Keep it apart from backups. [default: var/erased.txt]",
)
@click.option(
    "--list",
    "list_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the ids and accounts that the record store's administrator has to delete to this file.",
)
@click.pass_obj
def erase_(
    line: _CommandLine,
    /,
    *,
    platform: str | None,
    registration_id: UUID | None,
    sub: str | None,
    yes: bool,
    again: bool,
    tombstones: Path | None,
    list_file: Path | None,
) -> None:
    """Erase a person: contributions, files, name and traces. Posts by others stay, without the name.

    The platform has records of its own, and may send the person again with its next roster. Delete the person
    there first.
    """
    sessions, noted = line.listening_sessions(), tombstones or var_dir() / "erased.txt"
    if again:
        if platform or sub or registration_id:
            raise click.UsageError("--again erases all erased people again, so it takes no person.")
        with unit_of_work(sessions) as session:
            found = [(one.id, who.id) for one, who in to_erase_again(session, _noted(noted))]
    else:
        platform, sub = _named(platform, registration_id, sub)
        with unit_of_work(sessions) as session:
            registration = find_registration(session, platform=platform, registration_id=registration_id)
            found = [(registration.id, find_person(session, registration, sub).id)]
    for place in found:
        _erase_one(sessions, *place, yes=yes, noted=noted, list_file=list_file)
    click.echo(f"{'Erased' if yes else 'Would be erased'}: {len(found)}.")
    if not yes:
        click.echo("Nothing was changed. Add --yes to erase. This can't be undone.")
        return
    sweep_files(sessions)
    with unit_of_work(sessions) as session:
        left = session.scalar(
            select(func.count(Attachment.id)).where(Attachment.person_id.in_([who for _, who in found]))
        )
    if left:
        raise SegueError(f"{left} files could not be deleted yet. A worker tries again each hour.")


def _erase_one(
    sessions: sessionmaker[Session],
    registration_id: UUID,
    person_id: UUID,
    *,
    yes: bool,
    noted: Path,
    list_file: Path | None,
) -> None:
    for _ in range(_LONGEST_WAIT):
        try:
            with sessions() as session:
                registration = session.get_one(Registration, registration_id)
                erased = erase(session, registration, session.get_one(Person, person_id))
                if yes:
                    # Before the commit: whatever ends half-way, nothing is lost, and it can be done again.
                    _keep_elsewhere(registration, erased, noted, list_file)
                    session.commit()
        except InFlightError as error:
            waited = error
            time.sleep(1)
        else:
            return _tell(erased, list_file if yes else None)
    raise waited


def _keep_elsewhere(registration: Registration, erased: Erased, noted: Path, list_file: Path | None) -> None:
    noted.parent.mkdir(parents=True, exist_ok=True)
    _write(noted, f"{erased.tombstone} {clock.now().isoformat()}\n", append=True)
    if list_file is not None:
        whole = {
            "record_store": registration.lrs_url or "the default one",
            "accounts": [agent["account"] for agent in erased.accounts],
            "statement_ids": erased.statement_ids,
        }
        _write(list_file, json.dumps(whole, ensure_ascii=False) + "\n", append=True)


def _tell(erased: Erased, list_file: Path | None) -> None:
    for words, counts in (("deleted", erased.deleted), ("emptied", erased.emptied)):
        for table, count in counts.items():
            click.echo(f"{words}  {table:<24} {count:>7}")
    click.echo(
        f"statements {erased.statements}, of which {erased.voids} are voided, as they may have been sent"
    )
    click.echo(f"files {erased.files}; posts of others in which the name stood {erased.rewritten}")
    click.echo(f"posts of others that quote their words {len(erased.quoted)}; the words stay there:")
    for conversation_id, post_id in erased.quoted:
        click.echo(f"quoted   conversation {conversation_id}  post {post_id}")
    if list_file is None and erased.statement_ids:
        click.echo(
            f"{len(erased.statement_ids)} statements may be in a record store: --list FILE names them."
        )


def _noted(file: Path) -> Mapping[str, datetime]:
    """Each line a tombstone and its moment; a line that a crash cut off is none."""
    if not file.exists():
        return {}
    found: dict[str, datetime] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        digest, _, moment = line.partition(" ")
        try:
            found[digest] = datetime.fromisoformat(moment)
        except ValueError:
            continue
    return found


def _named(platform: str | None, registration_id: UUID | None, sub: str | None) -> tuple[str | None, str]:
    if bool(platform) == bool(registration_id) or not sub:
        raise click.UsageError("Name the person with --sub and either --platform or --registration.")
    return platform, sub


def _write(file: Path, content: str, *, append: bool = False) -> None:
    """For its owner's eyes, and on the disk before anything else is done.

    Appended it is a line of its own, also behind one that a crash cut off.
    """
    flags = os.O_RDWR | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
    with os.fdopen(os.open(file, flags, _OWNER_ALONE), "r+b") as opened:
        if append and opened.seek(0, os.SEEK_END):
            opened.seek(-1, os.SEEK_END)
            content = content if opened.read(1) == b"\n" else f"\n{content}"
        opened.write(content.encode())
        opened.flush()
        os.fsync(opened.fileno())
