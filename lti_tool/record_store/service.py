"""Storing statements: a batch is stored whole or not at all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.db import settings_of
from lti_tool.record_store.bulk import insert_matches, insert_statements
from lti_tool.record_store.consistency import take_turn
from lti_tool.record_store.credentials import authority_of
from lti_tool.record_store.errors import BadRequestError, ReadOnlyError, StatementConflictError, TooLargeError
from lti_tool.record_store.incoming import Incoming, prepare
from lti_tool.record_store.models import Credential, StoredStatement
from lti_tool.record_store.references import MatchRow, Node, inherited_matches
from xapi.comparison import same_statement


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer to a batch: the ids in its order, and the last `stored` when something is new."""

    ids: list[str]
    through: int | None


def store_statements(session: Session, credential: Credential, *, sent: object, version: str) -> Stored:
    """Store a statement or a list of them, as a POST sends it.

    What is there already, the same by the comparison rules, is left alone and counts as stored. Raises
    ReadOnlyError, BadRequestError, TooLargeError or StatementConflictError, and nothing is stored.
    """
    if not credential.can_write:
        raise ReadOnlyError("These credentials may read statements, not store them.")
    batch = sent if isinstance(sent, list) else [sent]
    most = settings_of(session).records_most_statements
    if len(batch) > most:
        raise TooLargeError(f"A request may hold {most} statements; this one has {len(batch)}.")
    authority = authority_of(session, credential)
    incoming = [
        _prepare(one, version=version, authority=authority, place=(number, len(batch)))
        for number, one in enumerate(batch, start=1)
    ]
    if len({one.id for one in incoming}) < len(incoming):
        raise BadRequestError("Two statements of this batch have the same id.")
    return Stored([one.statement["id"] for one in incoming], _store(session, incoming) if incoming else None)


def put_statement(
    session: Session, credential: Credential, *, statement_id: UUID, sent: object, version: str
) -> Stored:
    """Store one statement under the id of the request, which its own id must equal when it has one."""
    if not isinstance(sent, dict):
        raise BadRequestError("PUT stores one statement: the content must be a JSON object.")
    own_id = sent.setdefault("id", str(statement_id))
    if not isinstance(own_id, str) or own_id.lower() != str(statement_id):
        raise BadRequestError("The statement's id differs from the parameter statementId.")
    return store_statements(session, credential, sent=sent, version=version)


def _prepare(sent: object, *, version: str, authority: dict[str, Any], place: tuple[int, int]) -> Incoming:
    try:
        return prepare(sent, version=version, authority=authority)
    except BadRequestError as error:
        number, total = place
        raise BadRequestError(f"Statement {number} of {total} is refused: {error}") from None


def _store(session: Session, incoming: Sequence[Incoming]) -> int | None:
    turn = take_turn(session)
    known = _check_known(session, incoming)
    new = [one for one in incoming if one.id not in known]
    if not new:
        return None
    nodes = [
        Node(one.id, seq, one.target_id, one.body(seq), is_new=True)
        for seq, one in enumerate(new, turn.first)
    ]
    _insert(session, new, nodes)
    return nodes[-1].seq


def _check_known(session: Session, incoming: Sequence[Incoming]) -> set[UUID]:
    """The ids that are stored already. StatementConflictError when one of them is another statement."""
    by_id = {one.id: one for one in incoming}
    rows = session.execute(
        select(StoredStatement.id, StoredStatement.body).where(StoredStatement.id.in_(by_id))
    ).all()
    for row in rows:
        if not same_statement(json.loads(row.body), by_id[row.id].statement):
            raise StatementConflictError(f"Another statement with the id {row.id} is stored already.")
    return {row.id for row in rows}


def _insert(session: Session, new: Sequence[Incoming], nodes: Sequence[Node]) -> None:
    insert_statements(session, nodes, voiding={one.id for one in new if one.voids})
    rows: list[MatchRow] = [
        (key, node.seq, node.seq) for one, node in zip(new, nodes, strict=True) for key in one.keys
    ]
    insert_matches(session, rows + inherited_matches(session, nodes))
