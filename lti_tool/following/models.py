"""Who follows what, and how much of it."""

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
    """How much one is told of."""

    EVERYTHING = "everything"
    REPLIES = "replies"
    """Replies to oneself, and mentions."""
    DIGEST = "digest"
    MUTE = "mute"


_LEVELS = "level in ('everything', 'replies', 'digest', 'mute')"


class _Follow:
    """One row for a person and what they follow."""

    level: Mapped[FollowLevel]
    change_id: Mapped[UUID] = mapped_column(default=new_row_id)
    """New with each change of the level: what its statement tells of."""
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class ConversationFollow(_Follow, Base):
    """Chosen, or given to who began the conversation or posted in it."""

    __tablename__ = "conversation_follow"
    __table_args__ = (CheckConstraint(_LEVELS, name="level"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, info=OWNER)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True, index=True)


class PlacementFollow(_Follow, Base):
    """The level of an activity's conversations that have none of their own."""

    __tablename__ = "placement_follow"
    __table_args__ = (CheckConstraint(_LEVELS, name="level"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, info=OWNER)
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"), primary_key=True, index=True)
