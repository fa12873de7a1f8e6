"""The texts that a post had before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import owned, words


class PostRevision(Row, Base):
    """A text that an edit replaced. `created_at` is the moment of that edit."""

    __tablename__ = "post_revision"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"), info=owned("author_id"))
    number: Mapped[int]
    written_at: Mapped[datetime]
    title: Mapped[str | None] = mapped_column(info=words("post_id.author_id"))
    """The conversation's at that time; only of an opening post."""
    body: Mapped[str] = mapped_column(info=words("post_id.author_id"))
    what_changed: Mapped[str] = mapped_column(
        default="", server_default=text("''"), info=words("post_id.author_id")
    )
    """What its author says of the edit; where one answers first they are asked what changed their mind."""
