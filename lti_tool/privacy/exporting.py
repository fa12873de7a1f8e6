"""All that is kept of a person, for handing out: their rows, the statements about them, and their files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.attachments.kinds import KINDS
from lti_tool.attachments.models import Attachment
from lti_tool.attachments.names import file_name
from lti_tool.people.models import Person
from lti_tool.platforms.models import Registration
from lti_tool.privacy import tables
from lti_tool.privacy.record import agents_in, recorded_of
from lti_tool.statements.actors import Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of theirs: where it is kept, and the name it is handed out by."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything of one person. Rows and statements are read as they are asked for, once, in this order."""

    rows: Iterator[tuple[str, dict[str, Any]]]
    """Each with its table's name, those of one table together; as JSON knows it."""
    statements: Iterator[dict[str, Any]]
    files: Sequence[File]


def kept_of(session: Session, registration: Registration, person: Person) -> Kept:
    """Without secrets, and without what others wrote or who they are."""
    return Kept(
        rows=_rows(session, person),
        statements=_statements(session, registration, person),
        files=_files(session, person),
    )


def _rows(session: Session, person: Person) -> Iterator[tuple[str, dict[str, Any]]]:
    for table in tables.tables():
        if table.name == "person":
            found: Iterator[dict[str, Any]] = iter([_person(person)])
        elif table.name == "statement":
            continue
        else:
            found = tables.rows_of(session, table, person.id)
        for row in found:
            yield table.name, {name: _plain(value) for name, value in row.items()}


def _person(person: Person) -> dict[str, Any]:
    return {"id": person.id, "created_at": person.created_at, "sub": person.sub, "name": person.name}


def _statements(session: Session, registration: Registration, person: Person) -> Iterator[dict[str, Any]]:
    """Each once: the tool's own text of it, or what the built-in record store has alone."""
    recorded = recorded_of(session, registration, person)
    accounts = [agent["account"] for agent in recorded.accounts]
    bodies = {row.id: row.body for row in recorded.stored} | {row.id: row.body for row in recorded.rows}
    for body in bodies.values():
        yield _without_others(json.loads(body), accounts)


def _without_others(statement: dict[str, Any], accounts: Sequence[Any]) -> dict[str, Any]:
    """Of a statement that somebody else made about the person, what it says of the person."""
    statement.pop("authority", None)
    for agent in list(agents_in(statement)):
        if agent.get("account") not in accounts:
            _forget(agent)
    return statement


def _forget(agent: Agent) -> None:
    agent.clear()
    agent["objectType"] = "Agent"


def _files(session: Session, person: Person) -> Sequence[File]:
    found = session.scalars(
        select(Attachment)
        .where(Attachment.person_id == person.id, Attachment.kept_at.is_not(None))
        .order_by(Attachment.id)
    )
    return list(chain.from_iterable(_kept_of(row) for row in found))


def _kept_of(row: Attachment) -> list[File]:
    files = [File(key=row.key, name=f"{row.id}-{row.name}")]
    if row.original_kind:
        name = file_name(row.name, KINDS[row.original_kind])
        files.append(File(key=row.original_key, name=f"{row.id}-original-{name}"))
    return files


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
