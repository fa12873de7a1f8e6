"""A page's longest statements are read once by the driver."""

from typing import Any

from psycopg import _queries
from sqlalchemy import Engine, Select, bindparam, select


def test_how_a_long_statement_was_read_is_kept(engine: Engine) -> None:
    columns: list[Any] = [bindparam("value").label(f"column_{number}") for number in range(400)]
    query: Select[*tuple[Any, ...]] = select(*columns)
    with engine.connect() as connection:
        assert len(str(query.compile(engine))) > 2 * 4096
        for value in ("one", "two", "three"):
            before = _queries._query2pg.cache_info()
            assert connection.execute(query, {"value": value}).scalar_one() == value
        after = _queries._query2pg.cache_info()
    assert after.hits == before.hits + 1, (
        "psycopg no longer keeps parsed statements by MAX_CACHED_STATEMENT_LENGTH. Look how it decides"
        " now, and change lti_tool/core/long_statements.py; if it keeps long ones by itself, delete that."
    )
