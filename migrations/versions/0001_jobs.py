"""The job tables, as Procrastinate 3.10 ships them.

pyproject.toml holds Procrastinate at 3.10: a later one needs its own SQL migration as a revision here,
and this one the schema of 3.10 as text.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # psycopg's own cursor: SQLAlchemy would read the script's % signs as placeholders.
    op.get_bind().connection.cursor().execute(SchemaManager.get_schema())


def downgrade() -> None:
    op.execute("""
        DO $$ DECLARE thing record; BEGIN
            FOR thing IN SELECT oid::regclass AS name FROM pg_class
                WHERE relkind = 'r' AND relname LIKE 'procrastinate_%'
                AND relnamespace = current_schema()::regnamespace
            LOOP EXECUTE 'DROP TABLE ' || thing.name || ' CASCADE'; END LOOP;
            FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc
                WHERE proname LIKE 'procrastinate_%' AND pronamespace = current_schema()::regnamespace
            LOOP EXECUTE 'DROP FUNCTION ' || thing.name || ' CASCADE'; END LOOP;
            FOR thing IN SELECT oid::regtype AS name FROM pg_type
                WHERE typname LIKE 'procrastinate_%' AND typtype IN ('e', 'c')
                AND typnamespace = current_schema()::regnamespace
            LOOP EXECUTE 'DROP TYPE ' || thing.name || ' CASCADE'; END LOOP;
        END $$;
    """)
