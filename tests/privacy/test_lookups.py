"""What is kept of one person is found without reading what is kept of others."""

from sqlalchemy import Table, UniqueConstraint

from lti_tool.core.personal import paths_of
from lti_tool.privacy import tables


def test_each_tables_way_to_a_person_has_an_index() -> None:
    without = {
        f"{table.name}.{path}"
        for table in tables.tables()
        for path in paths_of(table)
        if path.partition(".")[0] not in _led_by(table)
    }
    assert without == set()


def _led_by(table: Table) -> set[str]:
    """The columns that an index of the whole table begins with."""
    found = [list(table.primary_key.columns)]
    found += [list(it.columns) for it in table.constraints if isinstance(it, UniqueConstraint)]
    found += [list(it.columns) for it in table.indexes if it.dialect_options["postgresql"]["where"] is None]
    return {columns[0].name for columns in found if columns}
