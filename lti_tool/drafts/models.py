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
    """What is being written, and so what the place's id is of."""

    THREAD = "thread"
    """A new thread in this placement."""
    REPLY = "reply"
    """To this thread as a whole."""
    REPLY_TO = "reply_to"
    """To this post."""
    HELP_REQUEST = "help_request"
    """A new one in this placement."""
    ANSWER = "answer"
    """To this help request."""
    PLAN = "plan"
    """A new follow-up in this placement, from nothing in particular."""
    PLAN_FROM = "plan_from"
    """A new follow-up from this post."""
    REPORT = "report"
    """To staff, about this post."""


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """Where a draft belongs; as text ("reply:<id>") it is what a form names."""

    kind: DraftKind
    target_id: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.target_id}"


class Draft(Row, Base):
    """The text at one place. The row stays for a day when the text is sent or discarded: see `closed_by`."""

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
    """What was typed, by the names of the form's fields; None once it was sent or thrown away."""
    version: Mapped[UUID] = mapped_column(default=new_random_id)
    """Another one with each change: whoever names it knows what stands here."""
    writer: Mapped[UUID]
    """The form, as it once stood on a page, that wrote this; each page makes a new one."""
    edit: Mapped[int] = mapped_column(BigInteger, default=0)
    """Which of that form's saves it is, so that an older one that comes later is known."""
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    elsewhere: Mapped[list[Any]] = mapped_column(JSONB, default=list, info=words("person_id"))
    """Texts that another device or tab wrote at the same time, until the person decides on them."""
    closed_by: Mapped[UUID | None]
    """The form that was sent or thrown away last: what it still saves comes too late."""
