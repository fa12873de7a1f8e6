"""Accepted answers."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED


class Acceptance(Row, Base):
    """An answer that was accepted as the one that helped; a later one can replace it."""

    __tablename__ = "acceptance"
    __table_args__ = (
        Index("uq_acceptance_standing", "conversation_id", unique=True, postgresql_where=text("stands")),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    """The person who accepted it: the asker or a member of staff."""
    stands: Mapped[bool] = mapped_column(default=True, server_default="false")
    """Whether this is the current acceptance, not replaced and not taken back."""
