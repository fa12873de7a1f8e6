"""What a thread has beside its conversation."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, OWNER
from lti_tool.core.schedule import Stage


class DebateSide(Base):
    """The side that somebody argues in a debate; under a pseudonym another: nothing links them."""

    __tablename__ = "debate_side"
    __table_args__ = (CheckConstraint("side in (0, 1)", name="side"),)

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True, info=OWNER)
    is_anonymous: Mapped[bool] = mapped_column(primary_key=True)
    side: Mapped[int] = mapped_column(SmallInteger)
    """0 or 1, as it was before the sides were switched."""


class CaseStage(Row, Base):
    """A case was moved on to this stage, once: by its giver, or by staff."""

    __tablename__ = "case_stage"
    __table_args__ = (
        UniqueConstraint("conversation_id", "stage"),
        CheckConstraint("stage in ('ideas', 'taking')", name="stage"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    stage: Mapped[Stage]
