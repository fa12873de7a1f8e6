"""In which order a list of conversations stands, by what its reader may know of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, SQLColumnExpression, case, cast, false, true

from lti_tool.posts.models import Conversation


class Sort(StrEnum):
    """Which of them come first."""

    ACTIVITY = "activity"
    NEWEST = "newest"
    UNANSWERED = "unanswered"
    USEFUL = "useful"


@dataclass(frozen=True, slots=True)
class Known:
    """What a list goes by, in its order and its filters."""

    last_activity_at: SQLColumnExpression[datetime]
    useful_count: SQLColumnExpression[int]
    is_unanswered: ColumnElement[bool]
    is_open: ColumnElement[bool]
    """Whether others' replies are there for the reader."""

    def keys(self, sort: Sort) -> list[Any]:
        """What the list is in the falling order of; the last one is unique."""
        if sort is Sort.NEWEST:
            return [Conversation.id]
        if sort is Sort.USEFUL:
            return [self.useful_count, Conversation.id]
        recent = [self.last_activity_at, Conversation.id]
        return [self.is_unanswered, *recent] if sort is Sort.UNANSWERED else recent

    def labelled(self, otherwise: "Known", condition: ColumnElement[bool]) -> list[Any]:
        """These where the condition holds, by their names."""
        names = ("last_activity_at", "useful_count", "is_unanswered")
        return [
            case((condition, getattr(self, name)), else_=getattr(otherwise, name)).label(name)
            for name in names
        ]


# As the indexes have them.
ALL = Known(
    Conversation.last_activity_at,
    Conversation.useful_count,
    Conversation.reply_count == Conversation.gone_count,
    true(),
)
OPENING = Known(Conversation.created_at, cast(0, Integer), cast(true(), Boolean), false())
"""Of a conversation of which one knows the opening post alone."""
