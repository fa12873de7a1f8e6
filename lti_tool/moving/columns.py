"""Which columns hold whose id, told by the metadata: so a new table is moved without being named here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.schema import sort_tables

from lti_tool.core.db import Base

STAYS = frozenset(
    {
        "access_token",
        "launch_attempt",
        "launch_pending",
        "platform_key_set",
        "registration_health",
        "registration_invitation",
        "registration_update",
        "score_delivery",
    }
)
"""Tables of the registration's own dealings with its platform. They hold nothing of people and courses."""

MOVES = frozenset(
    {"deployment", "notice", "person", "planned_activity", "score", "statement", "statement_count"}
)
"""Tables whose rows become the other registration's. What hangs by these rows comes along."""

LOOSE = {
    "draft.target_id": "placement",
}
"""Ids without a foreign key, of rows that can become one with another."""

NOT_OURS = frozenset(
    {
        "attachment.form_id",
        "conversation.submission_key",
        "conversation_follow.change_id",
        "draft.closed_by",
        "draft.version",
        "draft.writer",
        "follow_up.statement_id",
        "follow_up.submission_key",
        "follow_up_report.submission_key",
        "membership.xapi_registration",
        "placement_follow.change_id",
        "planned_activity.submission_key",
        "post.statement_id",
        "post.submission_key",
        "record_store_match.key",
        "record_store_statement.target_id",
        "score_delivery.lease_id",
        "score_entry.submission_key",
        "statement.lease_id",
        "statement.subject_id",
        "unmasking.submission_key",
        "waiting_act.launch_id",
    }
)
"""The other ids without a foreign key. What they name keeps its id, or is told of as it was."""


@dataclass(frozen=True, slots=True)
class Key:
    """Columns of which no two rows have the same."""

    columns: Sequence[str]
    where: str = ""
    """Of which rows this holds; all, where it is empty."""


def tables() -> list[Table]:
    """Each after those that it refers to, with a foreign key or without."""
    known = Base.metadata.tables
    loose = [(known[entity], known[name.partition(".")[0]]) for name, entity in LOOSE.items()]
    return sort_tables(list(known.values()), extra_dependencies=loose)


def carried(table: Table) -> dict[str, str]:
    """The columns that hold ids of other rows: of each the table that the id is of."""
    found = {}
    for column in table.columns:
        entity = LOOSE.get(f"{table.name}.{column.name}") or _entity(column)
        stays = entity == "registration" and table.name in STAYS
        if entity is not None and not stays:
            found[column.name] = entity
    return found


def _entity(column: Column[Any]) -> str | None:
    for key in column.foreign_keys:
        target = key.column
        if target.name == "id":
            return target.table.name
        further = _entity(target)
        if further is not None:
            return further
    return None


def keys(table: Table) -> Iterator[Key]:
    """What must stay unique in the table, but for ids that are drawn."""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            names = [column.name for column in constraint.columns]
            if names != ["id"]:
                yield Key(names)
    for index in table.indexes:
        if index.unique:
            yield Key([column.name for column in index.columns], _where(index))


def _where(index: Index) -> str:
    where = index.dialect_options["postgresql"]["where"]
    return "" if where is None else str(where)
