"""Conversations and the posts in them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base, Row


class ConversationKind(StrEnum):
    THREAD = "thread"
    HELP_REQUEST = "help_request"


class Conversation(Row, Base):
    """A title, an opening post and what others posted to it: a thread, or a help request."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("author_id", "submission_key"),
        CheckConstraint("kind in ('thread', 'help_request')", name="kind"),
        Index(
            "ix_conversation_course_activity",
            "course_id",
            "kind",
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_conversation_placement_activity",
            "placement_id",
            "kind",
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    kind: Mapped[ConversationKind] = mapped_column()
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str]
    reply_count: Mapped[int] = mapped_column(default=0)
    last_activity_at: Mapped[datetime] = mapped_column(default=clock.now)
    submission_key: Mapped[UUID]


class Post(Row, Base):
    """One contribution. Its HTML is made once, when it is written."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("author_id", "submission_key"),
        Index("ix_post_conversation_id_id", "conversation_id", "id"),
        Index("uq_post_opening", "conversation_id", unique=True, postgresql_where=text("is_opening")),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    author_role: Mapped[str]
    """What the author was in the course when writing."""
    is_opening: Mapped[bool]
    in_reply_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    body: Mapped[str]
    body_html: Mapped[str]
    attachment_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    statement_id: Mapped[UUID]
    """The statement that tells of this post; replies refer to it."""
    submission_key: Mapped[UUID]
