"""How a discussion goes: the shape that an instructor picks, kept in the placement's settings."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from lti_tool.courses.models import Placement


class Shape(StrEnum):
    """What is usual is `OPEN`, and stands in no settings."""

    OPEN = "open"
    ANSWER_FIRST = "answer_first"
    """Others' replies are there for who has replied."""
    QUESTION = "question"
    """Each thread is a question; one of its replies is accepted as the answer."""


def shape_of(settings: Mapping[str, Any]) -> Shape:
    return Shape(settings.get("shape", Shape.OPEN))


def placements_of_shape(course_id: UUID, shape: Shape) -> Select[UUID]:
    """The ids of the course's placements with this shape, to be asked for within another query."""
    return select(Placement.id).where(
        Placement.course_id == course_id, Placement.settings["shape"].astext == shape
    )
