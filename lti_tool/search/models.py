"""The search index: the words of each post."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base
from lti_tool.core.personal import owned, words


class PostWords(Base):
    """The words of a published post; an opening post's with its title and tags."""

    __tablename__ = "post_words"
    __table_args__ = (
        # Without GIN's pending list: no reply has to merge the entries of a hundred others.
        Index("ix_post_words_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    post_id: Mapped[UUID] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, info=owned("author_id")
    )
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    words: Mapped[Any] = mapped_column(TSVECTOR, info=words("post_id.author_id"))
    """Folded words and their stems, and the ids of course and activity (`terms.scope_of`)."""
