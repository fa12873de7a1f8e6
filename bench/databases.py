"""A PostgreSQL database for one benchmark: on SEGUE_DATABASE_URL's server, or on an embedded one."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.engine import make_url

from lti_tool.core.db import make_engine
from lti_tool.core.embedded import start_embedded


@contextmanager
def new_database() -> Iterator[str]:
    """Empty, without tables, and dropped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        server = os.environ.get("SEGUE_DATABASE_URL")
        if not server:
            server = str(start_embedded(Path(folder) / "pg", cleanup="delete").get_uri())
        engine = make_engine(server, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
        name = f"segue_bench_{uuid4().hex[:12]}"
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"drop database {name} with (force)"))
            engine.dispose()
