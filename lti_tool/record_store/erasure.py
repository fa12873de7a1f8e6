"""Deleting statements for good, as no record store's interface can: for the erasure of a person."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, union
from sqlalchemy.orm import Session

from lti_tool.record_store.matching import identity, match_key, match_keys
from lti_tool.record_store.models import StatementMatch, StoredStatement
from lti_tool.record_store.references import Node, inherited_matches

_AT_ONCE = 5_000
_DELETE_MATCHES = text(
    """
    delete from record_store_match m
    using unnest(cast(:keys as uuid[]), cast(:seqs as bigint[]), cast(:sources as bigint[]))
        as it (key, seq, source)
    where m.key = it.key and m.seq = it.seq and m.source = it.source
    """
)


def statements_about(
    session: Session, *, ids: Collection[UUID] = (), agents: Collection[dict[str, Any]] = ()
) -> Sequence[StoredStatement]:
    """Those with these ids, and those that name one of these agents anywhere. What refers to them is not."""
    known = [it for agent in agents if (it := identity(agent))]
    keys = [UUID(match_key("related_agent", it)) for it in known]
    # Each half by its own index: an "or" of the two would read the whole store.
    found = union(
        select(StoredStatement.seq).where(StoredStatement.id.in_(ids)),
        select(StatementMatch.seq).where(
            StatementMatch.key.in_(keys), StatementMatch.source == StatementMatch.seq
        ),
    )
    rows = select(StoredStatement).where(StoredStatement.seq.in_(found))
    return session.scalars(rows.order_by(StoredStatement.seq)).all()


def erase_statements(session: Session, found: Collection[StoredStatement]) -> None:
    """Delete them, and what filters find them by; also what was copied to statements that refer to them.

    Those rows are what storing them would add: each is found by its whole key, however often that occurs.
    """
    nodes = [Node(row.id, row.seq, row.target_id, row.body, is_new=True) for row in found]
    own = [(key, node.seq, node.seq) for node in nodes for key in match_keys(json.loads(node.body))]
    rows = [*own, *inherited_matches(session, nodes)]
    for first in range(0, len(rows), _AT_ONCE):
        keys, seqs, sources = map(list, zip(*rows[first : first + _AT_ONCE], strict=True))
        session.execute(_DELETE_MATCHES, {"keys": keys, "seqs": seqs, "sources": sources})
    session.execute(delete(StoredStatement).where(StoredStatement.seq.in_([row.seq for row in found])))
