"""Deleting statements for good, as no record store's interface can: for the erasure of a person."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from lti_tool.record_store.matching import identity, match_key, match_keys
from lti_tool.record_store.models import StatementMatch, StoredStatement


def statements_about(
    session: Session, *, ids: Collection[UUID] = (), agents: Collection[dict[str, Any]] = ()
) -> Sequence[StoredStatement]:
    """Those with these ids, and those that name one of these agents anywhere. What refers to them is not."""
    known = [it for agent in agents if (it := identity(agent))]
    keys = [UUID(match_key("related_agent", it)) for it in known]
    named = select(StatementMatch.seq).where(
        StatementMatch.key.in_(keys), StatementMatch.source == StatementMatch.seq
    )
    found = or_(StoredStatement.id.in_(ids), StoredStatement.seq.in_(named))
    return session.scalars(select(StoredStatement).where(found).order_by(StoredStatement.seq)).all()


def erase_statements(session: Session, found: Collection[StoredStatement]) -> None:
    """Delete them, and what filters find them by; also what was copied to statements that refer to them."""
    for row in found:
        keys = [UUID(key) for key in match_keys(json.loads(row.body))]
        inherited = and_(StatementMatch.key.in_(keys), StatementMatch.source == row.seq)
        session.execute(delete(StatementMatch).where(inherited))
        # Its own, with those of what it refers to.
        own = StatementMatch.seq == row.seq
        if row.target_id is None:
            own = and_(own, StatementMatch.key.in_(keys))
        session.execute(delete(StatementMatch).where(own))
    session.execute(delete(StoredStatement).where(StoredStatement.seq.in_([row.seq for row in found])))
