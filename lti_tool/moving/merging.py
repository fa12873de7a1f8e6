"""Making the rows of two registrations one set of rows, table by table, in the database.

There are two passes. The first goes from the tables that others refer to down to those that nothing refers
to, and notes which rows are the same thing. The second goes back up: such a row's values are taken over, the
row is deleted, and ids are replaced.
"""
# ruff: noqa: S608  made of names of our own tables and columns alone

from collections.abc import Iterator

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from lti_tool.core.errors import ConflictError
from lti_tool.moving.columns import Key, carried, keys, tables
from lti_tool.moving.rules import BECOME_ONE, NUMBERED_ANEW, WITHOUT_NUMBERS, YIELDS

_KNOWN = frozenset({"registration", "deployment", "person", "course"})
"""Where `moves.py` has said which rows are the same thing."""


def become_one(session: Session) -> None:
    """Everywhere, what `moved_id` has as `old` becomes `new`. Raises ConflictError for what can't be one."""
    session.execute(text("set constraints all deferred"))
    session.execute(text("select set_config('segue.moving', 'on', true)"))
    session.execute(text(WITHOUT_NUMBERS))
    for table in tables():
        if table.name not in _KNOWN:
            for key in _at_stake(table):
                _settle(session, table, key)
    for table in reversed(tables()):
        if table.name == "registration":
            continue
        _take_over_and_delete(session, table)
        _replace(session, table)
    session.execute(text(NUMBERED_ANEW))
    session.execute(text("set constraints all immediate"))


def _at_stake(table: Table) -> Iterator[Key]:
    ids = carried(table)
    return (key for key in keys(table) if not ids.keys().isdisjoint(key.columns))


def _has_id(table: Table) -> bool:
    return "id" in table.columns


def _settle(session: Session, table: Table, key: Key) -> None:
    """Note the rows that have the same key by now."""
    same = _same(table, key)
    if session.execute(text(f"select 1 from {same} limit 1")).first() is None:
        return
    yields = next((YIELDS[table.name, name] for name in key.columns if (table.name, name) in YIELDS), None)
    if yields:
        given_up = ", ".join(f"{name} = {value}" for name, value in yields.items())
        session.execute(text(f"update {table.name} set {given_up} where id in (select d.id from {same})"))
    elif table.name not in BECOME_ONE:
        raise ConflictError(
            f"Both registrations have rows in {table.name} that can't become one. Nothing was changed."
        )
    elif _has_id(table):
        session.execute(
            text(
                f"insert into moved_id (entity, old, new) select '{table.name}', d.id, s.id from {same}"
                " on conflict do nothing"
            )
        )


def _same(table: Table, key: Key) -> str:
    """`d join s`: a row of which an id is replaced, and the one that has its key then."""
    ids = carried(table)
    rows = f"(select * from {table.name} where {key.where})" if key.where else table.name
    mine = [name for name in key.columns if name in ids]
    joins = " ".join(
        f"left join moved_id m_{name} on m_{name}.entity = '{ids[name]}' and m_{name}.old = d.{name}"
        for name in mine
    )
    changed = " or ".join(f"m_{name}.new is not null" for name in mine)
    equal = " and ".join(
        f"s.{name} = coalesce(m_{name}.new, d.{name})" if name in mine else f"s.{name} = d.{name}"
        for name in key.columns
    )
    return f"{rows} d {joins} join {rows} s on {equal} where ({changed})"


def _take_over_and_delete(session: Session, table: Table) -> None:
    if table.name not in BECOME_ONE:
        return
    assignments = ", ".join(f"{name} = {value}" for name, value in BECOME_ONE[table.name].items())
    if _has_id(table):
        of_pair = f"moved_id m where m.entity = '{table.name}' and"
        if assignments:
            session.execute(
                text(
                    f"update {table.name} s set {assignments} from {table.name} d, {of_pair} d.id = m.old"
                    " and s.id = m.new"
                )
            )
        _replace_own(session, table)
        session.execute(text(f"delete from {table.name} d using {of_pair} d.id = m.old"))
        return
    primary = [column.name for column in table.primary_key.columns]
    for key in _at_stake(table):
        same = _same(table, key)
        both = [f"{side}.{name} as {side}_{name}" for side in "ds" for name in primary]
        pairs = f"(select {', '.join(both)} from {same}) p"
        is_d, is_s = (
            " and ".join(f"{side}.{name} = p.{side}_{name}" for name in primary) for side in ("d", "s")
        )
        if assignments:
            session.execute(
                text(
                    f"update {table.name} s set {assignments} from {table.name} d, {pairs}"
                    f" where {is_d} and {is_s}"
                )
            )
        session.execute(text(f"delete from {table.name} d using {pairs} where {is_d}"))


def _replace_own(session: Session, table: Table) -> None:
    """What rows of a table say of others of it, before any of those goes."""
    for name, entity in carried(table).items():
        if entity == table.name:
            session.execute(
                text(
                    f"update {table.name} t set {name} = m.new from moved_id m"
                    f" where m.entity = '{entity}' and m.old = t.{name}"
                )
            )


def _replace(session: Session, table: Table) -> None:
    """All ids of a row at once: between two updates a key could be another row's."""
    ids = carried(table)
    if not ids:
        return
    new = "(select m.new from moved_id m where m.entity = '{1}' and m.old = t.{0})"
    assignments = ", ".join(
        f"{name} = coalesce({new.format(name, entity)}, t.{name})" for name, entity in ids.items()
    )
    touched = " or ".join(
        f"t.{name} in (select m.old from moved_id m where m.entity = '{entity}')"
        for name, entity in ids.items()
    )
    session.execute(text(f"update {table.name} t set {assignments} where {touched}"))
