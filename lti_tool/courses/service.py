"""Courses and placements as a launch tells of them."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.courses.models import Course, Placement


def keep_course(session: Session, *, deployment_id: UUID, context_id: str, title: str) -> UUID:
    """Create the course, or take over its present title."""
    new = insert(Course).values(deployment_id=deployment_id, context_id=context_id, title=title)
    row_id: UUID = session.scalars(
        new.on_conflict_do_update(
            index_elements=["deployment_id", "context_id"], set_={"title": new.excluded.title}
        ).returning(Course.id)
    ).one()
    return row_id


def keep_placement(
    session: Session, *, course_id: UUID, resource_link_id: str, title: str, description: str
) -> UUID:
    """Create the placement, or take over its present title and description."""
    new = insert(Placement).values(
        course_id=course_id, resource_link_id=resource_link_id, title=title, description=description
    )
    row_id: UUID = session.scalars(
        new.on_conflict_do_update(
            index_elements=["course_id", "resource_link_id"],
            set_={"title": new.excluded.title, "description": new.excluded.description},
        ).returning(Placement.id)
    ).one()
    return row_id
