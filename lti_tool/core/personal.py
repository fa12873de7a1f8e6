"""Whose data a column holds: each column says it, so that export and erasure miss none.

A tag stands in the column's `info`: `mapped_column(info=words("author_id"))`. What can't name or quote
anybody (numbers, moments, flags, our own enumerations and ids) needs none, unless it refers to a person. An
untagged text, JSON or reference to a person fails `tests/privacy/test_tags.py`.

Whose is a path: the column of the same row that refers to the person ("author_id"), or by way of another row
("post_id.author_id"); "id" in the table of persons itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Enum, MetaData, Numeric, Table, Uuid
from sqlalchemy.types import Integer

_KEY = "personal"


class Personal(StrEnum):
    """What a column is to a person, and so what becomes of it when they are erased."""

    OWNER = "owner"
    """Refers to the person whom the whole row belongs to: it is deleted with them."""
    NAMED = "named"
    """Refers to a person in a row that others need too: it stays, and the person has no name any more."""
    IDENTITY = "identity"
    """Says who somebody is. Emptied."""
    WORDS = "words"
    """Somebody wrote it. Emptied, where the row stays."""
    TRACE = "trace"
    """Tells how somebody took part, in words of the tool. It stays in rows that stay."""
    SECRET = "secret"  # noqa: S105  # a kind of column
    """Opens something: it is in no export, whoever's it is."""
    PASSING = "passing"
    """Of somebody, sealed or hashed so that nobody can tell of whom; deleted within minutes, by itself."""
    NOBODYS = "nobodys"
    """The institution's, a course's or the tool's own."""


@dataclass(frozen=True, slots=True)
class Tag:
    kind: Personal
    whose: str = ""
    """The path to the person; empty where it leads to none."""


def _info(kind: Personal, whose: str = "") -> dict[Any, Any]:
    return {_KEY: Tag(kind, whose)}


NOBODYS = _info(Personal.NOBODYS)
SECRET = _info(Personal.SECRET)
PASSING = _info(Personal.PASSING)
OWNER = _info(Personal.OWNER)
"""On the column that refers to the person."""
NAMED = _info(Personal.NAMED)
"""The same."""


def owned(through: str) -> dict[Any, Any]:
    """On a column that refers to a row that leads to the person: `owned("author_id")` of that row."""
    return _info(Personal.OWNER, through)


def identity(whose: str) -> dict[Any, Any]:
    return _info(Personal.IDENTITY, whose)


def words(whose: str) -> dict[Any, Any]:
    return _info(Personal.WORDS, whose)


def trace(whose: str = "") -> dict[Any, Any]:
    return _info(Personal.TRACE, whose)


_HARMLESS = (Boolean, Integer, Numeric, DateTime, Date, Enum, Uuid)


def tag_of(column: Column[Any]) -> Tag | None:
    """The column's tag, with its whole path; None where it has none."""
    tag = column.info.get(_KEY)
    if tag is None:
        return None
    assert isinstance(tag, Tag)  # noqa: S101  # the key is ours
    if tag.kind in {Personal.OWNER, Personal.NAMED}:
        return Tag(tag.kind, f"{column.name}.{tag.whose}" if tag.whose else column.name)
    return tag


def untagged(metadata: MetaData) -> list[str]:
    """Columns that say nothing and can't be told by their type."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if tag_of(column) is None and (not isinstance(column.type, _HARMLESS) or leads_to_person(column))
    ]


def leads_to_person(column: Column[Any]) -> bool:
    """Whether it refers to a person, be it by way of another table's reference."""
    return any(
        key.column.table.name == "person" or leads_to_person(key.column) for key in column.foreign_keys
    )


def tags_of(table: Table) -> Iterator[tuple[Column[Any], Tag]]:
    for column in table.columns:
        tag = tag_of(column)
        if tag is not None:
            yield column, tag


def paths_of(table: Table, *kinds: Personal) -> list[str]:
    """The ways from a row of this table to a person, each once; of columns of these kinds, or of all."""
    found = (tag.whose for _, tag in tags_of(table) if tag.whose and (not kinds or tag.kind in kinds))
    return list(dict.fromkeys(found))
