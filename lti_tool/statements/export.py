"""All statements of our own record, as they were frozen, one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from lti_tool.statements.models import StatementRow, StatementState

_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which ones: made at `since` or later and before `until`, of one registration, in these states."""

    since: datetime | None = None
    until: datetime | None = None
    registration_id: UUID | None = None
    states: Sequence[StatementState] = ()

    def of(self, query: Select[Any]) -> Select[Any]:
        if self.since:
            query = query.where(StatementRow.created_at >= self.since)
        if self.until:
            query = query.where(StatementRow.created_at < self.until)
        if self.registration_id:
            query = query.where(StatementRow.registration_id == self.registration_id)
        if self.states:
            query = query.where(StatementRow.state.in_(self.states))
        return query


def export(session: Session, wanted: Wanted) -> tuple[int, Iterator[str]]:
    """How many there are, and the JSON text of each, a line without its end; in no particular order.

    They are what was there when it began, and are fetched a few at a time. Needs a session that has done
    nothing yet.
    """
    session.execute(text("set transaction isolation level repeatable read, read only"))
    count = session.scalar(wanted.of(select(func.count()).select_from(StatementRow))) or 0
    query = wanted.of(select(StatementRow.body)).execution_options(yield_per=_AT_ONCE)
    return count, (_one_line(body) for body in session.scalars(query))


def _one_line(body: str) -> str:
    """JSON's own line breaks stand between its parts alone: in a text they are escaped."""
    return body.replace("\r", " ").replace("\n", " ")
