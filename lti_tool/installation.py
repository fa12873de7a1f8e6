"""What a database needs before anybody comes: tables, the tool's keys, its record store credential."""

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.core.migrations import migrate
from lti_tool.platforms.tool_keys import ensure_tool_keys
from lti_tool.record_store.credentials import ensure_credential
from lti_tool.statements.targets import own_credential


def install(engine: Engine, sessions: sessionmaker[Session]) -> tuple[str | None, str | None]:
    """Migrate, and make what must be there once. Returns the revisions before and after."""
    revisions = migrate(engine)
    with unit_of_work(sessions) as session:
        ensure_tool_keys(session)
        username, secret = own_credential(settings_of(session))
        ensure_credential(session, label="Segue", username=username, secret=secret, can_write=True)
    return revisions
