"""What the search looks up: the words of each post."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base
from lti_tool.core.personal import owned, words


class PostWords(Base):
    """The words of a post that was published; an opening post's with its title and tags."""

    __tablename__ = "post_words"
    __table_args__ = (
        # Without a list of what is yet to be put in: no reply has to put in those of a hundred others.
        Index("ix_post_words_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    post_id: Mapped[UUID] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, info=owned("author_id")
    )
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    words: Mapped[Any] = mapped_column(TSVECTOR, info=words("post_id.author_id"))
    """Folded, as they are and as their stems; also the ids of course and activity (`terms.scope_of`)."""
