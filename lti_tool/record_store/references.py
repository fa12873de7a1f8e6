"""Statements that refer to others: a filter that finds the target lists what refers to it as well.

The rule of Communication 2.1.3, "Filter Conditions for StatementRefs", also for a target that arrives later
and for references to references, through at most `MAX_DEPTH` of them.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.record_store.matching import match_keys
from lti_tool.record_store.models import StoredStatement

# The specification has no bound; without one, a chain of n statements would take n * n rows.
MAX_DEPTH = 8

MatchRow = tuple[str, int, int]
"""key, seq, source"""


@dataclass(frozen=True, slots=True)
class Node:
    """A stored statement among those that refer to one another."""

    id: UUID
    seq: int
    target_id: UUID | None
    body: str
    is_new: bool
    """Stored in this transaction."""


def inherited_matches(session: Session, new: Collection[Node]) -> list[MatchRow]:
    """The rows that these new statements add between what refers and what is referred to."""
    referring = {node.id: node for node in new if node.target_id}
    referring |= _referring_to(session, new)
    if not referring:
        return []
    nodes = {node.id: node for node in new} | referring
    nodes |= _referred_to_by(session, referring.values(), known=nodes)
    return [
        (key, node.seq, source.seq)
        for node in referring.values()
        for source in _new_sources(node, nodes)
        for key in match_keys(json.loads(source.body))
    ]


def _new_sources(node: Node, nodes: dict[UUID, Node]) -> Iterator[Node]:
    """What `node` refers to, directly or not, by a path that was not there before this transaction."""
    passed_new, seen, at = node.is_new, {node.id}, node
    for _ in range(MAX_DEPTH):
        if at.target_id is None or at.target_id in seen or at.target_id not in nodes:
            return
        at = nodes[at.target_id]
        seen.add(at.id)
        passed_new = passed_new or at.is_new
        if passed_new:
            yield at


def _referring_to(session: Session, new: Iterable[Node]) -> dict[UUID, Node]:
    """What was there before and refers to the new ones, level by level."""
    found: dict[UUID, Node] = {}
    level = new_ids = {node.id for node in new}
    for _ in range(MAX_DEPTH):
        rows = session.scalars(select(StoredStatement).where(StoredStatement.target_id.in_(level)))
        fresh = {row.id: _node(row) for row in rows if row.id not in found and row.id not in new_ids}
        if not fresh:
            break
        found |= fresh
        level = set(fresh)
    return found


def _referred_to_by(
    session: Session, referring: Iterable[Node], *, known: dict[UUID, Node]
) -> dict[UUID, Node]:
    """What was there before and is referred to by these, level by level."""
    found: dict[UUID, Node] = {}
    level = {node.target_id for node in referring if node.target_id}
    for _ in range(MAX_DEPTH):
        level -= found.keys() | known.keys()
        if not level:
            break
        rows = session.scalars(select(StoredStatement).where(StoredStatement.id.in_(level)))
        fresh = {row.id: _node(row) for row in rows}
        found |= fresh
        level = {node.target_id for node in fresh.values() if node.target_id}
    return found


def _node(row: StoredStatement) -> Node:
    return Node(row.id, row.seq, row.target_id, row.body, is_new=False)
