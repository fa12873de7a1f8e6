"""Alembic's way in: one connection, short lock waits, one transaction for each migration."""

from alembic import context
from sqlalchemy import text

from lti_tool.models import METADATA

connection = context.config.attributes["connection"]

# A migration that can't get its lock gives up, instead of holding up every request behind it.
connection.execute(text("SET lock_timeout = '4s'"))
connection.commit()


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Procrastinate keeps its own tables; comparing must leave them alone."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


context.configure(
    connection=connection,
    target_metadata=METADATA,
    transaction_per_migration=True,
    compare_server_default=True,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
