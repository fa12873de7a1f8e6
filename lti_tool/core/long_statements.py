"""The one private part of psycopg that is set: how long a statement may be whose parsed form is kept.

psycopg parses statements of more than 4,096 characters anew each time, and has no setting for that. The
statements of lists and threads are longer. Without this, pages are slower and otherwise the same.
"""

from psycopg import _queries

LONGEST_KEPT = 16 * 1024
"""Characters."""


def keep_long_statements() -> None:
    _queries.MAX_CACHED_STATEMENT_LENGTH = LONGEST_KEPT
