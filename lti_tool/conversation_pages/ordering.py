"""Orders of a list of conversations, by what its reader can see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, SQLColumnExpression, case, cast, false, true

from lti_tool.posts.models import Conversation


class Sort(StrEnum):
    """Orders that a reader can choose."""

    ACTIVITY = "activity"
    NEWEST = "newest"
    UNANSWERED = "unanswered"
    USEFUL = "useful"


@dataclass(frozen=True, slots=True)
class Known:
    """Columns for the order and filters of a list."""

    last_activity_at: SQLColumnExpression[datetime]
    useful_count: SQLColumnExpression[int]
    is_unanswered: ColumnElement[bool]
    is_open: ColumnElement[bool]
    """Whether the reader can see others' replies."""

    def keys(self, sort: Sort) -> list[Any]:
        """The sort keys, all descending; the last one is unique."""
        if sort is Sort.NEWEST:
            return [Conversation.id]
        if sort is Sort.USEFUL:
            return [self.useful_count, Conversation.id]
        recent = [self.last_activity_at, Conversation.id]
        return [self.is_unanswered, *recent] if sort is Sort.UNANSWERED else recent

    def labelled(self, otherwise: "Known", condition: ColumnElement[bool]) -> list[Any]:
        """These columns where the condition holds, by name."""
        names = ("last_activity_at", "useful_count", "is_unanswered")
        return [
            case((condition, getattr(self, name)), else_=getattr(otherwise, name)).label(name)
            for name in names
        ]


# In the form in which the indexes have them.
ALL = Known(
    Conversation.last_activity_at,
    Conversation.useful_count,
    Conversation.reply_count == Conversation.gone_count,
    true(),
)
OPENING = Known(Conversation.created_at, cast(0, Integer), cast(true(), Boolean), false())
"""Columns of a conversation of which the reader can see only the opening post."""
