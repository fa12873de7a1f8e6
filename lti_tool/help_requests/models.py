"""What a help request has beside its conversation."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.core import clock
from lti_tool.core.db import Base
from lti_tool.core.personal import NAMED, words
from lti_tool.posts.models import Conversation


class HelpWanted(StrEnum):
    """Asking to understand rather than to be finished (reference: product.md rule H6)."""

    HINT = "hint"
    EXPLANATION = "explanation"
    EXAMPLE = "example"
    CHECK = "check"


class HelpStatus(StrEnum):
    """How a request stands. It is kept nowhere: `help_requests/standing.py` says it from what is there."""

    WAITING = "waiting"
    ANSWERED = "answered"
    RESOLVED = "resolved"


class HelpRequest(Base):
    """The structured part of a request; the conversation's opening post says what is being tried."""

    __tablename__ = "help_request"
    __table_args__ = (
        CheckConstraint("help_wanted in ('hint', 'explanation', 'example', 'check')", name="help_wanted"),
        CheckConstraint("what_fixed_it is null or resolved_by_id is not null", name="resolved"),
        Index("ix_help_request_course", "course_id", text("conversation_id DESC")),
    )

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    tried: Mapped[str] = mapped_column(info=words("author_id"))
    tried_html: Mapped[str] = mapped_column(info=words("author_id"))
    expected: Mapped[str] = mapped_column(info=words("author_id"))
    expected_html: Mapped[str] = mapped_column(info=words("author_id"))
    got: Mapped[str] = mapped_column(info=words("author_id"))
    got_html: Mapped[str] = mapped_column(info=words("author_id"))
    help_wanted: Mapped[HelpWanted]
    resolved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    """Who said what fixed it: who asked, or somebody of the staff."""
    what_fixed_it: Mapped[str | None] = mapped_column(info=words("resolved_by_id"))
    conversation: Mapped[Conversation] = relationship(lazy="raise")
