"""Conversations and the posts in them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base, Row


class ConversationKind(StrEnum):
    THREAD = "thread"
    HELP_REQUEST = "help_request"


MOST_PINS = 3
MOST_TAGS = 5


class Conversation(Row, Base):
    """A title, an opening post and what others posted to it: a thread, or a help request."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("author_id", "submission_key"),
        UniqueConstraint("placement_id", "kind", "pin_slot"),
        CheckConstraint("kind in ('thread', 'help_request')", name="kind"),
        CheckConstraint(f"pin_slot between 1 and {MOST_PINS}", name="pin_slot"),
        CheckConstraint(f"cardinality(tags) <= {MOST_TAGS}", name="tags"),
        CheckConstraint("(closed_at is null) = (closed_by_id is null)", name="closed"),
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
        Index("ix_conversation_course_id_kind_id", "course_id", "kind", "id"),
        Index("ix_conversation_placement_id_kind_id", "placement_id", "kind", "id"),
        Index(
            "ix_conversation_course_unanswered",
            "course_id",
            "kind",
            text("(reply_count = 0) DESC"),
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_conversation_placement_unanswered",
            "placement_id",
            "kind",
            text("(reply_count = 0) DESC"),
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
    """How many replies were ever posted; the newest one has this number."""
    last_activity_at: Mapped[datetime] = mapped_column(default=clock.now)
    submission_key: Mapped[UUID]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    pin_slot: Mapped[int | None] = mapped_column(SmallInteger)
    """Which of the list's few places at the top it has."""
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))


class Post(Row, Base):
    """One contribution. Its HTML is made once, when it is written."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("author_id", "submission_key"),
        UniqueConstraint("conversation_id", "number"),
        Index("ix_post_conversation_id_id", "conversation_id", "id"),
        Index("uq_post_opening", "conversation_id", unique=True, postgresql_where=text("is_opening")),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    author_role: Mapped[str]
    """What the author was in the course when writing."""
    is_opening: Mapped[bool]
    number: Mapped[int | None]
    """Its place in the order of commits, the opening post's is 0; what one has read is counted by it.

    None only for what an older release wrote while this one was being installed: that counts as read.
    """
    in_reply_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    body: Mapped[str]
    body_html: Mapped[str]
    statement_id: Mapped[UUID]
    """The statement that tells of this post; replies refer to it."""
    submission_key: Mapped[UUID]


class Change(StrEnum):
    """What one does to a conversation as a whole."""

    CLOSED = "closed"
    REOPENED = "reopened"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    TAGGED = "tagged"


class ConversationChange(Row, Base):
    """One of them, done once: who, and with which reason. A statement tells of it."""

    __tablename__ = "conversation_change"
    __table_args__ = (
        CheckConstraint("change in ('closed', 'reopened', 'pinned', 'unpinned', 'tagged')", name="change"),
        Index("ix_conversation_change_conversation_id_id", "conversation_id", "id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    change: Mapped[Change]
    reason: Mapped[str]


class ReadState(Base):
    """How far somebody has read a conversation: up to a number, and the few exceptions from that."""

    __tablename__ = "read_state"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    read_to: Mapped[int]
    """Every post up to this number is read, but for `unread`; -1 for none."""
    ahead: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Numbers beyond `read_to` that are read too."""
    unread: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Numbers up to `read_to` that were marked unread again."""
    read_at: Mapped[datetime]
