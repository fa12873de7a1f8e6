"""How delivery stands: what waits, what was parked and why, and sending parked statements again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.statements.models import DeliveryPause, StatementRow, StatementState


@dataclass(frozen=True, slots=True)
class Waiting:
    """A registration's statements that are not sent yet."""

    registration_id: UUID
    count: int
    oldest: datetime
    paused_until: datetime | None
    """Its record store refuses us; `why` says how."""
    why: str | None


@dataclass(frozen=True, slots=True)
class Parked:
    """A statement that its record store will not take."""

    id: UUID
    event: str
    created_at: datetime
    reason: str


def waiting(session: Session) -> Sequence[Waiting]:
    """What waits, by registration, the longest waiting first."""
    rows = session.execute(
        select(
            StatementRow.registration_id,
            func.count(),
            func.min(StatementRow.created_at),
            DeliveryPause.until,
            DeliveryPause.reason,
        )
        .outerjoin(
            DeliveryPause,
            (DeliveryPause.registration_id == StatementRow.registration_id)
            & (DeliveryPause.until > clock.now()),
        )
        .where(StatementRow.state == StatementState.PENDING)
        .group_by(StatementRow.registration_id, DeliveryPause.until, DeliveryPause.reason)
        .order_by(func.min(StatementRow.created_at))
    )
    return [Waiting(*row) for row in rows]


def parked(session: Session, *, limit: int) -> Sequence[Parked]:
    """The oldest parked statements, `limit` of them."""
    rows = session.execute(
        select(StatementRow.id, StatementRow.event, StatementRow.created_at, StatementRow.last_error)
        .where(StatementRow.state == StatementState.PARKED)
        .order_by(StatementRow.seq)
        .limit(limit)
    )
    return [Parked(row.id, row.event, row.created_at, row.last_error or "") for row in rows]


def send_parked_again(session: Session) -> int:
    """Let every parked statement be tried once more; returns how many. A worker takes them up."""
    changed = session.execute(
        update(StatementRow)
        .where(StatementRow.state == StatementState.PARKED)
        .values(state=StatementState.PENDING, attempts=0, due_at=clock.now(), lease_id=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", changed).rowcount
