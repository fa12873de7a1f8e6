"""Going through all tables by the tags of their columns (`core/personal.py`)."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Table,
    cast,
    delete,
    false,
    or_,
    select,
    tuple_,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from lti_tool.core.db import Base
from lti_tool.core.personal import Personal, leads_to_person, paths_of, tag_of, tags_of

_EMPTIED = (Personal.IDENTITY, Personal.WORDS)
_BY_HAND = frozenset({"person"})
"""Whose row can't say nothing: an id and a name must be there (`erasing.py`)."""
_AT_ONCE = 200
Counts = dict[str, int]
"""Of rows, by table."""


def tables() -> list[Table]:
    """Each before those that refer to it."""
    return Base.metadata.sorted_tables


def is_theirs(table: Table, path: str, person_id: UUID) -> ColumnElement[bool]:
    """Whether the path leads from a row of the table to the person."""
    name, _, rest = path.partition(".")
    column = table.columns[name]
    if not rest:
        return column == person_id
    for key in column.foreign_keys:
        target = key.column
        if rest.partition(".")[0] in target.table.columns:
            return column.in_(select(target).where(is_theirs(target.table, rest, person_id)))
    return false()


def rows_of(session: Session, table: Table, person_id: UUID) -> Iterator[dict[str, Any]]:
    """The rows that lead to the person, without secrets, and without what others wrote or who they are.

    One query; the rows are read as they are asked for.
    """
    paths = paths_of(table)
    if not paths:
        return
    columns = [column for column in table.columns if not _is_secret(column)]
    by_path = [is_theirs(table, path, person_id) for path in paths]
    query = select(*columns, *by_path).where(_leads(table, paths, person_id))
    for row in session.execute(query, execution_options={"yield_per": _AT_ONCE}):
        told = dict(zip((column.name for column in columns), row, strict=False))
        whose = [path for path, is_it in zip(paths, row[len(columns) :], strict=True) if is_it]
        yield {
            column.name: told[column.name]
            for column in columns
            if _may_be_told(column, told, whose, person_id)
        }


def _may_be_told(column: Column[Any], row: Any, whose: Collection[str], person_id: UUID) -> bool:
    if leads_to_person(column) and row[column.name] != person_id:
        return False
    tag = tag_of(column)
    return tag is None or tag.kind not in _EMPTIED or tag.whose in whose


def _is_secret(column: Column[Any]) -> bool:
    tag = tag_of(column)
    return tag is not None and tag.kind in {Personal.SECRET, Personal.PASSING}


def _leads(table: Table, paths: Collection[str], person_id: UUID) -> ColumnElement[bool]:
    ways = [is_theirs(table, path, person_id) for path in paths]
    if len(ways) == 1 or not any("." in path for path in paths):
        return or_(*ways)
    # Each way by its own index: an "or" with another table's rows in it would read all of this one.
    key = tuple_(*table.primary_key.columns)
    return key.in_(union(*(select(*table.primary_key.columns).where(way) for way in ways)))


def delete_rows(session: Session, person_id: UUID) -> Counts:
    """Every row that is the person's alone."""
    counts = {}
    for table in reversed(tables()):
        paths = paths_of(table, Personal.OWNER)
        if paths:
            gone = session.execute(delete(table).where(_leads(table, paths, person_id)))
            counts[table.name] = gone.rowcount  # type: ignore[attr-defined]  # a delete has one
    return {name: count for name, count in counts.items() if count}


def empty_columns(session: Session, person_id: UUID) -> Counts:
    """In rows that stay: whatever the person wrote, or says who they are; not what others did there."""
    counts: Counts = {}
    for table in tables():
        for path in () if table.name in _BY_HAND else paths_of(table, *_EMPTIED):
            columns = [column for column, tag in tags_of(table) if tag.kind in _EMPTIED and tag.whose == path]
            says_something = or_(*(column.is_distinct_from(_nothing(column)) for column in columns))
            changed = session.execute(
                update(table)
                .where(is_theirs(table, path, person_id), says_something)
                .values({column.name: _nothing(column) for column in columns})
            )
            counts[table.name] = counts.get(table.name, 0) + changed.rowcount  # type: ignore[attr-defined]
    return {name: count for name, count in counts.items() if count}


def _nothing(column: Column[Any]) -> Any:
    """What says nothing in this column."""
    if column.nullable:
        return None
    if isinstance(column.type, ARRAY | JSONB):
        return []
    if column.type.python_type is str:
        return ""
    return cast("", column.type)
