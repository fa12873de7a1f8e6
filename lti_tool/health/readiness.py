"""Whether a process can do its work: the database answers and has this release's tables."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.core.migrations import newest_revision


def has_our_tables(session: Session) -> bool:
    """Raises SQLAlchemyError where the database does not answer."""
    revision: str | None = session.scalar(text("select version_num from alembic_version"))
    return revision == newest_revision()
