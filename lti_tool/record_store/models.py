"""Credentials, stored statements, and what filters find them by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NOBODYS, SECRET, trace


class Credential(Row, Base):
    """A username and secret for HTTP Basic; revoked, never deleted: statements name it as their authority."""

    __tablename__ = "record_store_credential"

    label: Mapped[str] = mapped_column(info=NOBODYS)
    """Whom it was given to, in the operator's words; the name of the authority."""
    username: Mapped[str] = mapped_column(unique=True, info=NOBODYS)
    secret_digest: Mapped[str] = mapped_column(info=SECRET)
    can_write: Mapped[bool]
    revoked_at: Mapped[datetime | None]


class StoredStatement(Base):
    """One statement, as its final JSON text: reading joins texts and serialises nothing."""

    __tablename__ = "record_store_statement"
    __table_args__ = (
        Index(
            "ix_record_store_statement_target_id", "target_id", postgresql_where=text("target_id is not null")
        ),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """`stored`, in microseconds since 1970: unique, rising in the order of commits (see consistency.py)."""
    id: Mapped[UUID] = mapped_column(unique=True)
    target_id: Mapped[UUID | None]
    """The statement that this one's object refers to, stored or not."""
    voids: Mapped[bool]
    """Whether it voids its target."""
    body: Mapped[str] = mapped_column(info=trace())


class StatementMatch(Base):
    """A filter with this `key` lists the statement `seq`, because the statement `source` has what `key` says.

    `source` is the statement itself, or one that it refers to as its object (Communication 2.1.3, "Filter
    Conditions for StatementRefs"): the keys of a target are copied to whatever refers to it. Several filters
    at once are several rows of one `seq` and one `source`. A page is then a walk along one index, in order,
    however much is stored. No foreign keys: rows are written with their statement, 10 or so for each, and
    never alone.
    """

    __tablename__ = "record_store_match"

    key: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
