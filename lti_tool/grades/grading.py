"""What is graded: whose work, and out of how much."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from lti_tool.core.actor import Role
from lti_tool.courses.models import Placement
from lti_tool.launch.models import Launch
from lti_tool.people.models import Membership, Person

USUAL_MAXIMUM = Decimal(100)
"""Where neither is known. It does no harm: the platform scales scores to its column."""
_LARGEST = 9_999_999


def points_of(settings: dict[str, Any]) -> Decimal | None:
    """What the instructor chose the activity to be out of; None where they chose nothing."""
    return as_maximum(settings.get("points"))


def as_maximum(value: object) -> Decimal | None:
    """A JSON number that something can be out of, to two places; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LARGEST:
        return None
    return round(Decimal(str(value)), 2) or None


def as_number(points: Decimal | None) -> int | float | None:
    """As settings hold it."""
    if points is None:
        return None
    return int(points) if points == int(points) else float(points)


def maximum_of(placement: Placement) -> Decimal | None:
    """What the points of this activity are out of; None for an activity that is not graded.

    The settings have the column's as well, once we have looked (`queue.keep_column`). A column that may not
    be read, or was not looked at yet, takes points out of a hundred: the platform scales them.
    """
    chosen = points_of(placement.settings)
    return USUAL_MAXIMUM if chosen is None and placement.line_item_url is not None else chosen


def is_graded_learner(course_id: UUID) -> ColumnElement[bool]:
    """Of a person with their membership: a learner of the course whom the platform did not make up."""
    made_up = select(Launch.id).where(
        Launch.person_id == Person.id, Launch.course_id == course_id, Launch.is_test
    )
    return and_(Membership.course_id == course_id, Membership.role == Role.LEARNER, ~made_up.exists())
