"""Drafts, one for each person and place."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base, Row
from lti_tool.core.ids import new_random_id
from lti_tool.core.personal import OWNER, words


class DraftKind(StrEnum):
    """What is being written; it decides to which table the place's id belongs."""

    THREAD = "thread"
    """A new thread in this placement."""
    REPLY = "reply"
    """A reply to this thread."""
    REPLY_TO = "reply_to"
    """A reply to this post."""
    HELP_REQUEST = "help_request"
    """A new help request in this placement."""
    ANSWER = "answer"
    """An answer to this help request."""
    PLAN = "plan"
    """A new follow-up in this placement, without a source."""
    PLAN_FROM = "plan_from"
    """A new follow-up from this post."""
    REPORT = "report"
    """A report to staff about this post."""


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """The place of a draft. Forms name it as text ("reply:<id>")."""

    kind: DraftKind
    target_id: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.target_id}"


class Draft(Row, Base):
    """The text at one place. The row stays for a day after the text is sent or discarded: see `closed_by`."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "target_id"),
        CheckConstraint(
            "kind in ('thread', 'reply', 'reply_to', 'help_request', 'answer', 'plan', 'plan_from',"
            " 'report')",
            name="kind",
        ),
        Index(None, "saved_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=OWNER)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    kind: Mapped[DraftKind] = mapped_column()
    target_id: Mapped[UUID]
    fields: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=words("person_id"))
    """The typed text, by form field; None after it was sent or discarded."""
    version: Mapped[UUID] = mapped_column(default=new_random_id)
    """Optimistic-lock version; changes with every save."""
    writer: Mapped[UUID]
    """The rendered form that wrote this; each page makes a new id."""
    edit: Mapped[int] = mapped_column(BigInteger, default=0)
    """Counts the saves of that form, so that a save that arrives late is ignored."""
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    elsewhere: Mapped[list[Any]] = mapped_column(JSONB, default=list, info=words("person_id"))
    """Versions that another device or tab wrote at the same time, until the person chooses."""
    closed_by: Mapped[UUID | None]
    """The form that was sent or discarded last; its late saves are ignored."""
