"""How a discussion goes: the shape that an instructor picks, kept in the placement's settings."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from lti_tool.core.schedule import Schedule
from lti_tool.courses.models import Placement


class Shape(StrEnum):
    """What is usual is `OPEN`, and stands in no settings."""

    OPEN = "open"
    ANSWER_FIRST = "answer_first"
    """Others' replies are there for who has replied."""
    QUESTION = "question"
    """Each thread is a question; one of its replies is accepted as the answer."""
    DEBATE = "debate"
    """Everybody argues one of two sides, and later the other."""
    CLINIC = "clinic"
    """Each thread is a case from somebody's work: questions, ideas, and what its giver takes along."""


def shape_of(settings: Mapping[str, Any]) -> Shape:
    return Shape(settings.get("shape", Shape.OPEN))


def sides_of(settings: Mapping[str, Any]) -> Sequence[str]:
    """What a debate's two sides are called; nothing for one that has no name of its own."""
    sides: Sequence[str] = settings.get("sides", ("", ""))
    return sides


def asks_what_changed(shape: Shape, schedule: Schedule) -> bool:
    """Whether one is asked to come back to a first answer: after those of others, or the other side's."""
    return shape is Shape.ANSWER_FIRST or (shape is Shape.DEBATE and schedule.is_switched)


def placements_of_shape(course_id: UUID, shape: Shape) -> Select[UUID]:
    """The ids of the course's placements with this shape, to be asked for within another query."""
    return select(Placement.id).where(
        Placement.course_id == course_id, Placement.settings["shape"].astext == shape
    )
