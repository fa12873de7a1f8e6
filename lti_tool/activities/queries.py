"""What is shown of an activity beside what happens in it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from lti_tool.core.actor import Actor
from lti_tool.courses.models import Course, Placement, PlannedActivity


@dataclass(frozen=True, slots=True)
class CopiedFrom:
    """Where an activity's settings came from."""

    course_title: str
    """Empty where the course is not known, or has no title."""


def copied_from(session: Session, actor: Actor) -> CopiedFrom | None:
    """For staff who have yet to say what becomes of copied settings; None, and no query, for all others."""
    if not (actor.here.copy_is_open and actor.role.is_staff):
        return None
    source, of_source, of_plan = aliased(Placement), aliased(Course), aliased(Course)
    title = session.scalar(
        select(func.coalesce(of_source.title, of_plan.title, ""))
        .select_from(Placement)
        .outerjoin(source, source.id == Placement.copied_from_id)
        .outerjoin(of_source, of_source.id == source.course_id)
        .outerjoin(PlannedActivity, PlannedActivity.id == Placement.planned_activity_id)
        .outerjoin(of_plan, of_plan.id == PlannedActivity.course_id)
        .where(Placement.id == actor.placement_id)
    )
    return CopiedFrom(title or "")
