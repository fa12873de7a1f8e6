"""Courses and placements as a launch tells of them.

What is as it was is not written: launches into one course would wait for each other's row.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lti_tool.core.db import find_one, insert_once, take_over
from lti_tool.courses.models import Course, Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseServices:
    """The platform's services for a course, as a launch names them; None for what it does not offer."""

    product: str = ""
    """Which LMS this is."""
    roster_url: str | None = None
    groups_url: str | None = None
    group_sets_url: str | None = None
    line_items_url: str | None = None
    scopes: tuple[str, ...] = ()
    """The OAuth scopes that it grants for grades and groups."""


def keep_course(
    session: Session,
    *,
    deployment_id: UUID,
    context_id: str,
    title: str,
    services: CourseServices | None = None,
) -> Course:
    """Create the course, or take over its present title, and its services where the launch tells of them."""
    key = {"deployment_id": deployment_id, "context_id": context_id}
    course = find_one(session, Course, **key)
    if course is None:
        course, _ = insert_once(session, Course, key=("deployment_id", "context_id"), **key, title=title)
    take_over(course, title=title)
    if services is not None:
        take_over(
            course,
            product=services.product,
            roster_url=services.roster_url,
            groups_url=services.groups_url,
            group_sets_url=services.group_sets_url,
            line_items_url=services.line_items_url,
            service_scopes=list(services.scopes),
        )
    session.flush()
    return course


def find_course(session: Session, *, deployment_id: UUID, context_id: str | None) -> Course | None:
    return find_one(session, Course, deployment_id=deployment_id, context_id=context_id)


def find_placement(
    session: Session, *, course_id: UUID, line_item_url: str | None, resource_link_id: str | None
) -> Placement | None:
    """The course's placement with this line item, or else of this link. One query.

    The line item comes first: a gradebook knows it for sure, and not every one knows the link (Canvas sends
    another id from SpeedGrader).
    """
    by_line_item = func.coalesce(Placement.line_item_url == line_item_url, False)
    by_link = func.coalesce(Placement.resource_link_id == resource_link_id, False)
    return session.scalars(
        select(Placement)
        .where(Placement.course_id == course_id, or_(by_line_item, by_link))
        .order_by(by_line_item.desc(), by_link.desc(), Placement.id)
        .limit(1)
    ).one_or_none()


def keep_placement(
    session: Session,
    *,
    course_id: UUID,
    resource_link_id: str,
    title: str,
    description: str,
    line_item_url: str | None = None,
) -> tuple[Placement, bool]:
    """Create the placement, or take over its present title, description and line item.

    Returns it and whether it is new. A launch that names no line item takes none away: platforms name it
    only to some roles, or where the link has exactly one. Nor does one without a title take that away.
    """
    key = {"course_id": course_id, "resource_link_id": resource_link_id}
    placement = find_one(session, Placement, **key)
    is_new = False
    if placement is None:
        placement, is_new = insert_once(
            session,
            Placement,
            key=("course_id", "resource_link_id"),
            **key,
            title=title,
            description=description,
        )
    take_over(
        placement,
        title=title or placement.title,
        description=description,
        line_item_url=line_item_url or placement.line_item_url,
    )
    session.flush()
    return placement, is_new
