"""The order of `stored`, and the moment up to which a reader sees everything.

`stored` must be safe to poll: who has read everything up to some moment may ask for `since` that moment and
miss nothing. So writers take turns: each holds one advisory lock from before it reads the clock until its
commit, and `stored` rises strictly. PostgreSQL makes a commit visible before it releases the locks of its
transaction, hence: what is stored earlier is visible earlier. One clock counts, the database's, however many
machines write. Statements are checked and serialised before the lock is taken.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.record_store import moments

# "SEGU", and the first lock of that name.
_LOCK = {"space": 0x53454755, "number": 1}

_TAKE_TURN = text("select pg_advisory_xact_lock(cast(:space as int), cast(:number as int))")
_CLOCK = text("select clock_timestamp(), (select max(seq) from record_store_statement)")
# statement_timestamp() was taken when this query arrived, before the lock is looked at: a writer that comes
# later reads a later clock. Where a writer is at work, all before it is visible, and it stores after that.
_THROUGH = text("""
    select statement_timestamp(),
           (select max(seq) from record_store_statement),
           exists (select from pg_locks
                   where locktype = 'advisory' and granted and objsubid = 2
                     and classid = cast(cast(:space as bigint) as oid)
                     and objid = cast(cast(:number as bigint) as oid)
                     and database = (select oid from pg_database where datname = current_database()))
""")


@dataclass(frozen=True, slots=True)
class Turn:
    """A writer's turn: no one else stores until this transaction ends."""

    first: int
    """The `seq` for the first statement; the following ones count on from it."""


def take_turn(session: Session) -> Turn:
    """Wait for the writers before us, then read the clock; the turn ends with the transaction."""
    session.execute(_TAKE_TURN, _LOCK)
    # Its own query: one that began before the lock was ours would not see what the last writer stored.
    clock, last = session.execute(_CLOCK).one()
    return Turn(first=max(moments.to_seq(clock), (last or 0) + 1))


def consistent_through(session: Session) -> int:
    """The X-Experience-API-Consistent-Through: all with an earlier `stored` can be read from now on.

    The present when no one is writing, else the last `stored` there is. Ask before reading a page, so that
    it holds for the page too.
    """
    now: datetime
    now, last, is_writing = session.execute(_THROUGH, _LOCK).one()
    return last or 0 if is_writing else max(moments.to_seq(now), last or 0)
