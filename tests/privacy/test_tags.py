"""Every column says whose data it holds: what export and erasure go by."""

from uuid import UUID

from sqlalchemy import Column, Engine, ForeignKey, Integer, MetaData, Table, Text, Uuid, inspect
from sqlalchemy.dialects.postgresql import JSONB

from lti_tool.core.personal import (
    NAMED,
    OWNER,
    Personal,
    owned,
    paths_of,
    tag_of,
    tags_of,
    untagged,
    words,
)
from lti_tool.models import METADATA

OTHERS = {"alembic_version"}
"""Tables that are no models of ours: which migration the database is at."""
JOBS = {
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}
"""The job engine's: ids of rows alone; `test_erasing.py` looks through all of them."""


def test_every_column_is_tagged() -> None:
    assert untagged(METADATA) == []


def test_there_is_no_table_beside_the_models_and_the_job_engines(engine: Engine) -> None:
    there = set(inspect(engine).get_table_names())
    assert there - set(METADATA.tables) == OTHERS | JOBS


def test_each_path_leads_to_a_person() -> None:
    wrong = [
        f"{table.name}: {path}"
        for table in METADATA.sorted_tables
        for path in paths_of(table)
        if not _leads_to_person(table, path)
    ]
    assert wrong == []


def test_a_reference_to_a_person_says_what_becomes_of_its_row() -> None:
    kinds = {Personal.OWNER, Personal.NAMED}
    for table in METADATA.sorted_tables:
        for column, tag in tags_of(table):
            refers = any(key.column.table.name == "person" for key in column.foreign_keys)
            assert not refers or tag.kind in kinds, column


def test_what_is_not_tagged_is_found() -> None:
    """In a schema that somebody may come to write."""
    metadata = MetaData()
    Table("person", metadata, Column("id", Uuid, primary_key=True))
    Table(
        "note",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("person_id", Uuid, ForeignKey("person.id"), info=OWNER, unique=True),
        Column("text", Text, info=words("person_id")),
        Column("length", Integer),
    )
    assert untagged(metadata) == []
    Table(
        "answer",
        metadata,
        Column("note_id", Uuid, ForeignKey("note.id"), primary_key=True, info=owned("person_id")),
        Column("body", Text),
        Column("details", JSONB),
        Column("reader_id", Uuid, ForeignKey("person.id")),
        Column("owner_id", Uuid, ForeignKey("note.person_id")),
        Column("giver_id", Uuid, ForeignKey("person.id"), info=NAMED),
    )
    assert untagged(metadata) == ["answer.body", "answer.details", "answer.reader_id", "answer.owner_id"]
    assert paths_of(metadata.tables["answer"]) == ["note_id.person_id", "giver_id"]


def _leads_to_person(table: Table, path: str) -> bool:
    name, _, rest = path.partition(".")
    column = table.columns[name]
    if table.name == "person":
        return name == "id" and not rest
    if rest:
        return any(_leads_to_person(key.column.table, rest) for key in column.foreign_keys)
    tag = tag_of(column)
    assert isinstance(column.type, Uuid)
    assert column.type.python_type is UUID
    return tag is not None and tag.kind in {Personal.OWNER, Personal.NAMED}
