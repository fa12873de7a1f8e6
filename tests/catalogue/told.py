"""A copy of each recorded statement, beside the tool's own tables: what a test deletes is looked at too.

A trigger makes it, in whichever process a statement is recorded. It is in a schema of its own, which nothing
of the tool knows; what is rolled back is not in it.
"""

from sqlalchemy import Connection, Engine, text

from lti_tool.core.db import make_engine

# ALWAYS: also where a test turns off the checks of keys. The first rows are of a demo that has started.
_WATCH = """
    create schema told;
    create table told.statement (event text not null, body text not null);
    create function told.keep() returns trigger language plpgsql security definer as $$
    begin
        insert into told.statement select event, body from added;
        return null;
    end $$;
    create trigger told after insert on public.statement
        referencing new table as added for each statement execute function told.keep();
    alter table public.statement enable always trigger told;
    insert into told.statement select event, body from public.statement;
"""
FORGET = "delete from told.statement"


def watch(engine: Engine) -> None:
    """From now on, keep a copy of each statement that is recorded in this database, and of those in it."""
    with engine.begin() as connection:
        connection.execute(text(_WATCH))


def watch_database(url: str) -> None:
    engine = make_engine(url, pool_size=1)
    try:
        watch(engine)
    finally:
        engine.dispose()


def told(connection: Connection) -> list[tuple[str, str]]:
    """Event and text of each statement that was recorded, and of each row as it is now."""
    asked = [
        f"select event, body from {table}"
        for table in ("told.statement", "public.statement")
        if connection.scalar(text("select to_regclass(:table)"), {"table": table}) is not None
    ]
    found = connection.execute(text(" union ".join(asked))) if asked else ()
    return [(row.event, row.body) for row in found]
