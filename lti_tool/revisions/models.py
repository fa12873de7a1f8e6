"""Earlier versions of posts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import owned, words


class PostRevision(Row, Base):
    """A version that an edit replaced. `created_at` is the time of that edit."""

    __tablename__ = "post_revision"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"), info=owned("author_id"))
    number: Mapped[int]
    written_at: Mapped[datetime]
    title: Mapped[str | None] = mapped_column(info=words("post_id.author_id"))
    """The conversation's title at that time; only for opening posts."""
    body: Mapped[str] = mapped_column(info=words("post_id.author_id"))
    what_changed: Mapped[str] = mapped_column(
        default="", server_default=text("''"), info=words("post_id.author_id")
    )
    """The author's note on the edit; in answer-first threads, what changed their mind."""
