"""Finding statements: one by its id, or a page in the order of `stored`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, Uuid, bindparam, select
from sqlalchemy.orm import Session

from lti_tool.record_store.errors import NotStoredError
from lti_tool.record_store.models import StatementMatch, StoredStatement
from lti_tool.record_store.parameters import One, Page

# Tables, not entities: there is no object to load, and building the query takes a third of the time.
_statement = StoredStatement.__table__
_match = StatementMatch.__table__
_voiding = _statement.alias("voiding")
# Voided is what a stored voiding statement refers to, in whatever order the two came, unless it voids
# something itself (Data 2.3.2). Not as EXISTS, which PostgreSQL may answer by a hash of the whole table.
_VOIDED_BY = (
    select(_voiding.c.seq)
    .where(_voiding.c.target_id == _statement.c.id, _voiding.c.voids)
    .limit(1)
    .scalar_subquery()
)
_IS_VALID = _statement.c.voids | _VOIDED_BY.is_(None)
_IS_VOIDED = ~_IS_VALID


@dataclass(frozen=True, slots=True)
class Found:
    """A stored statement's text and its `stored`."""

    seq: int
    body: str


def find_statement(session: Session, wanted: One) -> Found:
    """One statement. NotStoredError also for a voided one that is not asked for as such, and the reverse."""
    row = session.execute(
        select(_statement.c.seq, _statement.c.body).where(
            _statement.c.id == wanted.id, _IS_VOIDED if wanted.voided else _IS_VALID
        )
    ).one_or_none()
    if row is None:
        kind = "voided statement" if wanted.voided else "statement, or none that is not voided,"
        raise NotStoredError(f"There is no {kind} with the id {wanted.id}.")
    return Found(row.seq, row.body)


def find_page(session: Session, wanted: Page) -> tuple[Sequence[Found], bool]:
    """A page of statements that are not voided, and whether more follow."""
    listed = _listed(wanted).subquery()
    order = listed.c.seq if wanted.ascending else listed.c.seq.desc()
    rows = session.execute(
        select(_statement.c.seq, _statement.c.body)
        .join_from(_statement, listed, listed.c.seq == _statement.c.seq)
        .order_by(order)
    ).all()
    found = [Found(row.seq, row.body) for row in rows[: wanted.limit]]
    return found, len(rows) > wanted.limit


def _listed(wanted: Page) -> Select[int]:
    """The `seq` of the page's statements and of one more: a walk along the index of the first filter."""
    seq: ColumnElement[int] = _statement.c.seq
    query = select(seq)
    if wanted.keys:
        first = _match.alias()
        seq = first.c.seq
        # Distinct, for a statement may match by itself and by what it refers to.
        query = select(seq).distinct().join_from(first, _statement, _statement.c.seq == seq)
        query = query.where(first.c.key == _literal(wanted.keys[0]))
        for key in wanted.keys[1:]:
            other = _match.alias()
            query = query.join(other, (other.c.seq == seq) & (other.c.source == first.c.source))
            query = query.where(other.c.key == _literal(key))
    query = query.where(_IS_VALID, *_bounds(wanted, seq))
    return query.order_by(seq if wanted.ascending else seq.desc()).limit(wanted.limit + 1)


def _literal(key: str) -> BindParameter[UUID]:
    """A key in the query's own text: as a parameter it would soon be planned for like any other.

    PostgreSQL keeps one plan for a query that comes often, and that can't begin at the rarest filter.
    """
    return bindparam(None, UUID(key), Uuid(), literal_execute=True)


def _bounds(wanted: Page, seq: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """`since` is exclusive, `until` inclusive; both go by the listed statement's own `stored`."""
    bounds = []
    if wanted.since is not None:
        bounds.append(seq > wanted.since)
    if wanted.until is not None:
        bounds.append(seq <= wanted.until)
    if wanted.after is not None:
        bounds.append(seq > wanted.after if wanted.ascending else seq < wanted.after)
    return bounds
