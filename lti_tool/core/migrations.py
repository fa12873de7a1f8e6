"""Bringing a database to the newest schema, and asking how far it is."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Engine

from lti_tool.core.errors import SettingsError
from lti_tool.paths import migrations_dir

_NONE = (
    "The database has no tables. Run `segue migrate` if it is a new one; or set SEGUE_DATABASE_URL to that of"
    " the installation that is meant. A demo is found while it runs, from the folder that it was started in."
)
_OLDER = "The database's tables are at {present}, and this release needs {newest}: run `segue migrate`."
_NEWER = (
    "The database's tables are at {present}, which this release does not know. They are of a newer release:"
    " install that one. Or they are a demo's from before the first release: `make demo-reset` removes it."
)


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_dir()))
    config.set_main_option("path_separator", "os")
    return config


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Upgrade to the newest schema; returns the revision before and the one after."""
    before = current_revision(engine)
    if before and _is_newer(before):
        raise SettingsError(_NEWER.format(present=before))
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, current_revision(engine)


def current_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def tables_problem(engine: Engine, *, newer_is_fine: bool = False) -> str | None:
    """What is wrong with the tables, and what to do; None for this release's.

    `newer_is_fine` while a newer release is rolled out: what ran before it goes on with its tables.
    """
    present, newest = current_revision(engine), newest_revision()
    if present is None:
        return _NONE
    if present == newest or (newer_is_fine and _is_newer(present)):
        return None
    return (_NEWER if _is_newer(present) else _OLDER).format(present=present, newest=newest)


def _is_newer(revision: str) -> bool:
    """Whether it is none that this release knows."""
    try:
        ScriptDirectory.from_config(alembic_config()).get_revision(revision)
    except CommandError:
        return True
    return False
