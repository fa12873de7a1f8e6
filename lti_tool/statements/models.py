"""Statement rows, and record stores that are in trouble."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base
from lti_tool.core.personal import NOBODYS, OWNER, SECRET, trace


class StatementState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    PARKED = "parked"


VOID_EVENT = "voided"
"""The event of a voiding statement."""

NAMED_AS_ACTOR = literal_column("(body::jsonb #>> '{actor,account,name}')", Text())
"""The account's name, of statements whose row leads to no person."""
NAMED_AS_OBJECT = literal_column("(body::jsonb #>> '{object,account,name}')", Text())
NAMES_SOMEBODY: ColumnElement[bool] = literal_column(
    """(strpos(body, '"object":{"objectType":"Agent"') > 0)""", Boolean()
)
"""Whether a statement is about a person; as `xapi.statement.dumps` writes it."""


class StatementRow(Base):
    """One statement: its final JSON text, and how far its delivery has come."""

    __tablename__ = "statement"
    __table_args__ = (
        CheckConstraint("state in ('pending', 'sent', 'parked')", name="state"),
        UniqueConstraint("subject_id", "event"),
        # Small however many statements were sent: only what waits is in it.
        Index("ix_statement_pending", "registration_id", "seq", postgresql_where=text("state = 'pending'")),
        Index("ix_statement_parked", "seq", postgresql_where=text("state = 'parked'")),
        # By whom statements name that aren't found by their row's person.
        Index("ix_statement_actor", NAMED_AS_ACTOR, postgresql_where=text("person_id is null")),
        Index("ix_statement_object", NAMED_AS_OBJECT, postgresql_where=NAMES_SOMEBODY),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The statement's own id."""
    seq: Mapped[int] = mapped_column(BigInteger, Identity())
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True, info=OWNER)
    """Whom it tells of, so that what is kept of a person can be counted and found."""
    event: Mapped[str] = mapped_column(info=NOBODYS)
    subject_id: Mapped[UUID]
    """The row that the statement tells of: one row and one event make one statement.

    Of a voiding statement, the one that it takes back: lock that row first, then record the void.
    """
    body: Mapped[str] = mapped_column(info=trace("person_id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[StatementState] = mapped_column(default=StatementState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    lease_id: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(info=NOBODYS)
    sent_at: Mapped[datetime | None]
    poison_count: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often a record store failed on this statement alone, while it took others in between."""
    poisoned_at: Mapped[datetime | None]
    """When it last did."""


class CircuitBreaker(Base):
    """A record store that failed and has taken nothing since; registrations that share it share this row."""

    __tablename__ = "circuit_breaker"

    store: Mapped[str] = mapped_column(primary_key=True, info=NOBODYS)
    """A key of targets.py."""
    failures: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    """Nothing is sent before, and one batch then, to see; None while the failures are few."""
    probe_until: Mapped[datetime | None]
    """Some worker has that one batch in hand until then."""
    reason: Mapped[str] = mapped_column(info=NOBODYS)


class StatementCount(Base):
    """How many of a registration's statements were sent."""

    __tablename__ = "statement_count"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    sent: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime | None]
    """When its store took some last."""


class ActorKey(Base):
    """What a person's pseudonym in statements is made with. Without it nobody can tell whose that is."""

    __tablename__ = "actor_key"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, info=OWNER)
    key: Mapped[bytes] = mapped_column(info=SECRET)
