"""Inserting many rows at once with COPY: a quarter of the time that array parameters take."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.record_store.references import MatchRow, Node

_NULL = r"\N"


def insert_statements(session: Session, nodes: Iterable[Node], *, voiding: Collection[UUID]) -> None:
    _copy(
        session,
        "copy record_store_statement (seq, id, target_id, voids, body) from stdin",
        (
            # Compact JSON has no tab and no line break, so the backslash alone needs escaping.
            f"{node.seq}\t{node.id}\t{node.target_id or _NULL}\t{'t' if node.id in voiding else 'f'}\t"
            + node.body.replace("\\", "\\\\")
            for node in nodes
        ),
    )


def insert_matches(session: Session, rows: Iterable[MatchRow]) -> None:
    _copy(
        session,
        "copy record_store_match (key, seq, source) from stdin",
        # In the order of the index, which spares it half of its page visits.
        (f"{key}\t{seq}\t{source}" for key, seq, source in sorted(rows)),
    )


def _copy(session: Session, command: str, lines: Iterable[str]) -> None:
    driver = session.connection().connection.driver_connection
    assert driver is not None  # noqa: S101  # it is one while the session holds its connection
    with driver.cursor() as cursor, cursor.copy(command) as copy:
        copy.write("".join(f"{line}\n" for line in lines))
