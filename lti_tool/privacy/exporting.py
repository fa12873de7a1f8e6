"""All that is kept of a person, for handing out: their rows, the statements about them, and their files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.people.models import Person
from lti_tool.platforms.models import Registration
from lti_tool.posts.attachments.models import Attachment
from lti_tool.privacy import tables
from lti_tool.privacy.record import Recorded, agents_in, recorded_of
from lti_tool.statements.actors import Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of theirs: where it is kept, and the name it is handed out by."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything of one person."""

    rows: dict[str, list[dict[str, Any]]]
    """By table; each as JSON knows it."""
    statements: Sequence[dict[str, Any]]
    files: Sequence[File]


def kept_of(session: Session, registration: Registration, person: Person) -> Kept:
    """Without secrets, and without what others wrote or who they are."""
    rows = {}
    for table in tables.tables():
        if table.name == "person":
            found: Iterator[dict[str, Any]] = iter([_person(person)])
        elif table.name == "statement":
            continue
        else:
            found = tables.rows_of(session, table, person.id)
        if own := [{name: _plain(value) for name, value in row.items()} for row in found]:
            rows[table.name] = own
    return Kept(
        rows=rows,
        statements=list(_statements(recorded_of(session, registration, person))),
        files=_files(session, person),
    )


def _person(person: Person) -> dict[str, Any]:
    return {"id": person.id, "created_at": person.created_at, "sub": person.sub, "name": person.name}


def _statements(recorded: Recorded) -> Iterator[dict[str, Any]]:
    """Each once: the tool's own text of it, or what the built-in record store has alone."""
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
    return [File(key=row.key, name=f"{row.id}-{row.name}") for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
