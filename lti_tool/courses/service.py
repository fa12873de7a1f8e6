"""Courses and placements as a launch tells of them, and what staff decide about a copied activity.

What is as it was is not written: launches into one course would wait for each other's row.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import insert_once
from lti_tool.core.errors import NotFoundError
from lti_tool.courses.models import Course, Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseServices:
    """The platform's services for a course, as a launch names them; None for what it does not offer."""

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
    course = session.scalars(select(Course).filter_by(**key)).one_or_none()
    if course is None:
        course, _ = insert_once(session, Course, key=("deployment_id", "context_id"), **key, title=title)
    course.title = title
    if services is not None:
        course.roster_url = services.roster_url
        course.groups_url = services.groups_url
        course.group_sets_url = services.group_sets_url
        course.line_items_url = services.line_items_url
        course.service_scopes = list(services.scopes)
    session.flush()
    return course


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

    Returns it and whether it is new. A launch without a title keeps the known one, and one that names no line
    item takes none away: platforms name it only to some roles, or where the link has exactly one.
    """
    key = {"course_id": course_id, "resource_link_id": resource_link_id}
    placement = session.scalars(select(Placement).filter_by(**key)).one_or_none()
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
    placement.title = title or placement.title
    placement.description = description
    if line_item_url:
        placement.line_item_url = line_item_url
    session.flush()
    return placement, is_new


class CopyChoice(StrEnum):
    """What becomes of the settings that came along when a course was copied."""

    KEEP = "keep"
    PLAIN = "plain"


def settle_copy(session: Session, actor: Actor, *, choice: CopyChoice) -> None:
    """Staff decide, once: the first decision stands, however often and by whomever it is sent again."""
    if not actor.role.is_staff:
        raise NotFoundError
    values: dict[str, object] = {"copy_settled_at": clock.now()}
    if choice is CopyChoice.PLAIN:
        values["settings"] = {}
    session.execute(
        update(Placement)
        .where(Placement.id == actor.placement_id, Placement.is_copy, Placement.copy_settled_at.is_(None))
        .values(values)
    )
