"""The database: migrations match the models, both ways."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from lti_tool.core.db import make_engine
from lti_tool.core.migrations import alembic_config, current_revision, newest_revision
from lti_tool.models import METADATA


def test_the_migrated_schema_is_the_models_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    not (kind == "table" and name.startswith("procrastinate"))
                )
            },
        )
        assert compare_metadata(context, METADATA) == []
    assert current_revision(engine) == newest_revision()


def test_every_migration_goes_down_and_up_again(fresh_database_url: str) -> None:
    engine = make_engine(fresh_database_url)
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        command.upgrade(config, "head")
    assert current_revision(engine) == newest_revision()
    engine.dispose()
