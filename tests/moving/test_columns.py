"""What a move follows is told by the metadata: a new table or id that nobody thought of fails here."""

from sqlalchemy import Uuid

from lti_tool.moving.columns import LOOSE, MOVES, NOT_OURS, STAYS, carried, tables


def test_every_table_that_hangs_by_a_registration_is_known() -> None:
    """A new one has to be moved or to stay; forgetting it fails here."""
    direct = {
        table.name
        for table in tables()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "registration"
    }
    assert direct == STAYS | MOVES
    assert not STAYS & MOVES


def test_every_id_without_a_reference_is_known() -> None:
    loose = {
        f"{table.name}.{column.name}"
        for table in tables()
        for column in table.columns
        if isinstance(column.type, Uuid) and not column.foreign_keys and column.name != "id"
    }
    assert loose == set(LOOSE) | NOT_OURS


def test_every_reference_is_followed() -> None:
    """Through as many tables as it takes; and several columns at once can wait for each other."""
    for table in tables():
        followed = carried(table)
        for constraint in table.foreign_key_constraints:
            names = [column.name for column in constraint.columns]
            of_ids = [name for name in names if isinstance(table.columns[name].type, Uuid)]
            if table.name in STAYS or constraint.referred_table.name == "erasure":
                continue
            assert set(of_ids) <= set(followed), (table.name, names)
            replaced = [key.column.name for key in constraint.elements if key.column.name != "id"]
            if len(names) > 1 or replaced:
                assert constraint.deferrable, constraint.name
