"""Levels of following, by person and conversation or activity."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base
from lti_tool.core.ids import new_row_id
from lti_tool.core.personal import OWNER


class FollowLevel(StrEnum):
    """How much a person wants to hear."""

    EVERYTHING = "everything"
    REPLIES = "replies"
    """Replies to one's own posts, and mentions."""
    DIGEST = "digest"
    MUTE = "mute"


_LEVELS = "level in ('everything', 'replies', 'digest', 'mute')"


class _Follow:
    """One row for a person and a followed thing."""

    level: Mapped[FollowLevel]
    change_id: Mapped[UUID] = mapped_column(default=new_row_id)
    """Changes with each new level; the statement of the change refers to it."""
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class ConversationFollow(_Follow, Base):
    """A level for a conversation: chosen, or set by starting it or posting in it."""

    __tablename__ = "conversation_follow"
    __table_args__ = (CheckConstraint(_LEVELS, name="level"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, info=OWNER)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True, index=True)


class PlacementFollow(_Follow, Base):
    """A level for an activity's conversations that have none of their own."""

    __tablename__ = "placement_follow"
    __table_args__ = (CheckConstraint(_LEVELS, name="level"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, info=OWNER)
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"), primary_key=True, index=True)
