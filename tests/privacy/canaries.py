"""A word of its own in every personal text of a person, to be found by the export and gone after erasure."""

from itertools import count
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import ARRAY, Column, Engine, Table, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.attachments.models import Attachment
from lti_tool.core.db import make_sessions, unit_of_work
from lti_tool.core.personal import Personal, tags_of
from lti_tool.privacy import tables
from lti_tool.record_store.credentials import add_credential
from lti_tool.settings import Settings
from lti_tool.statements.delivery import deliver_due, stores_due
from tests.conftest import SECRET
from tests.contract.conftest import everything_written
from tests.factories.entrances import Course
from tests.servers import serving

CANARY = "zqcanary"
PERSONAL = (Personal.IDENTITY, Personal.WORDS)
# Made of other columns, by the tool or by triggers; looked for with these.
DERIVED = {
    "course_name.beginning",
    "membership.own_name_beginnings",
    "membership.own_name_likeness",
    "person.name_beginnings",
    "post_words.words",
}
NEEDS_NO_CANARY = {"person.name", "person.sub"}


def personal_columns() -> dict[str, tuple[Table, Column[Any], str]]:
    """With the path to whose it is."""
    return {
        f"{table.name}.{column.name}": (table, column, tag.whose)
        for table in tables.tables()
        for column, tag in tags_of(table)
        if tag.kind in PERSONAL
    }


def plant(engine: Engine, person_id: UUID) -> dict[str, set[str]]:
    """One in each row that is theirs, whatever wrote that row. The canaries by column."""
    numbers = count(1)
    planted: dict[str, set[str]] = {}
    with engine.begin() as connection:
        # The log of moderation takes no change otherwise, and triggers would copy what is planted.
        connection.execute(text("set local session_replication_role = replica"))
        for name, (table, column, path) in personal_columns().items():
            if name in DERIVED | NEEDS_NO_CANARY:
                continue
            theirs = tables.is_theirs(table, path, person_id)
            keys = connection.execute(select(*table.primary_key.columns).where(theirs)).all()
            for key in keys:
                canary = f"{CANARY}{next(numbers)}x"
                one = [c == value for c, value in zip(table.primary_key.columns, key, strict=True)]
                connection.execute(update(table).where(*one).values({column.name: _with(column, canary)}))
                planted.setdefault(name, set()).add(canary)
    return planted


def _with(column: Column[Any], canary: str) -> Any:
    if isinstance(column.type, ARRAY):
        return [canary]
    if isinstance(column.type, JSONB):
        return {"body": f"Said {canary}", "title": "", "for_user": "somebody else"}
    if isinstance(column.type, TSVECTOR):
        return func.to_tsvector(canary)
    return func.coalesce(column, literal("")) + f" {canary}"


def everywhere(engine: Engine) -> str:
    """All that the database holds, what is kept as bytes too; line by line, as a row's place may change."""
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "select table_name, column_name from information_schema.columns"
                " where table_schema = 'public' and data_type = 'bytea'"
            )
        ).all()
        raw = [
            connection.scalars(text(f"select encode({column}, 'escape') from {table}")).all()
            for table, column in found
        ]
    lines = [everything_written(engine), *(str(it) for rows in raw for it in rows)]
    return "\n".join(sorted("\n".join(lines).splitlines()))


def deliver(course: Course, settings: Settings, engine: Engine) -> sessionmaker[Session]:
    """All statements into the built-in record store, over HTTP; sessions that know it by its address."""
    with serving(course.app) as origin:
        with unit_of_work(course.sessions) as session:
            username, secret = add_credential(session, label="tests", can_write=True)
        known = {
            "lrs_url": f"{origin}/xapi",
            "lrs_username": username,
            "lrs_password": SecretStr(secret),
            "secret_key": SecretStr(SECRET),
        }
        sessions = make_sessions(engine, settings.model_copy(update=known))
        for store in stores_due(sessions):
            deliver_due(sessions, store)
    return sessions


def files_of(session: Session, person_id: UUID) -> list[str]:
    return [row.key for row in session.scalars(select(Attachment).filter_by(person_id=person_id))]
