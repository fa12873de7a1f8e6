"""What a new activity begins with: what was planned for it, or the settings of what it was copied from.

Settings follow a copied course; discussions, help requests, follow-ups and people never do. An instructor
then says what becomes of them (activities/service.py, `settle_copy`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, SQLColumnExpression, Text, func, literal, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Course, CourseCopy, Placement, PlannedActivity
from lti_tool.courses.origins import Origins
from lti_tool.platforms.models import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenancy:
    """How far something may be taken over from: within the registration, or the deployment alone."""

    registration_id: UUID
    deployment_id: UUID
    deployment_alone: bool = False
    """Where the deployments of one registration belong to different institutions."""

    def __call__(self) -> ColumnElement[bool]:
        if self.deployment_alone:
            return Deployment.id == self.deployment_id
        return Deployment.registration_id == self.registration_id


def settle_placement(
    session: Session, placement: Placement, *, course: Course, origins: Origins, tenancy: Tenancy
) -> None:
    """Give a placement that was just made its activity and settings. Five queries at most.

    What was planned in deep linking comes first: in the course that it was made for this is its first launch.
    Then the link's history, whose whole chain is searched, then what was planned for another course, then the
    activity of the same title in an earlier course, where the platform keeps no history of links.
    """
    planned = _planned(session, origins, tenancy)
    if planned is not None:
        _take(placement, planned)
        placement.planned_activity_id = planned.id
        placement.title = placement.title or planned.title
        if planned.course_id in {None, course.id}:
            session.flush()
            return
    source = _source(session, placement, course, origins, tenancy, planned)
    if source is not None:
        _take(placement, source)
        placement.copied_from_id = source.id
        placement.planned_activity_id = placement.planned_activity_id or source.planned_activity_id
    placement.is_copy = source is not None or planned is not None
    session.flush()


def _take(placement: Placement, source: Placement | PlannedActivity) -> None:
    placement.activity = source.activity
    placement.settings = dict(source.settings)


def _planned(session: Session, origins: Origins, tenancy: Tenancy) -> PlannedActivity | None:
    if origins.planned_activity_id is None:
        return None
    return session.scalars(
        select(PlannedActivity).filter_by(
            id=origins.planned_activity_id, registration_id=tenancy.registration_id
        )
    ).one_or_none()


def _source(
    session: Session,
    placement: Placement,
    course: Course,
    origins: Origins,
    tenancy: Tenancy,
    planned: PlannedActivity | None,
) -> Placement | None:
    """The placement that this one was copied from, or None."""
    others = _others(placement, tenancy)
    if origins.links:
        by_link = others.where(Placement.resource_link_id.in_(origins.links)).order_by(
            _position(origins.links, Placement.resource_link_id), *_nearest(tenancy)
        )
        if found := session.scalars(by_link.limit(1)).one_or_none():
            return found
    if planned is not None:
        contexts = _earlier(session, course, origins)
        by_plan = others.where(
            Placement.planned_activity_id == planned.id,
            Course.context_id.in_(contexts) | (Course.id == planned.course_id),
        ).order_by(_position(contexts, Course.context_id), *_nearest(tenancy))
        return session.scalars(by_plan.limit(1)).one_or_none()
    if origins.links is None and placement.title and (contexts := _earlier(session, course, origins)):
        by_title = others.where(Course.context_id.in_(contexts), Placement.title == placement.title).order_by(
            _position(contexts, Course.context_id), *_nearest(tenancy)
        )
        return _only_one(session.scalars(by_title.limit(2)).all())
    return None


def _others(placement: Placement, tenancy: Tenancy) -> Select[Placement]:
    return (
        select(Placement)
        .join(Course, Course.id == Placement.course_id)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .where(tenancy(), Placement.id != placement.id)
    )


def _position(chain: Sequence[str], column: SQLColumnExpression[str]) -> ColumnElement[int]:
    """Where in the chain it stands: the newest first, what is not in it last."""
    return func.array_position(literal(list(chain), ARRAY(Text)), column)


def _nearest(tenancy: Tenancy) -> tuple[ColumnElement[bool], ColumnElement[UUID]]:
    """Ids are unique within a deployment (LTI Core 1.3, section 5.3.5): its own come before others'."""
    return Deployment.id != tenancy.deployment_id, Placement.id.desc()


def _only_one(found: Sequence[Placement]) -> Placement | None:
    """Two of one title in the same course can't be told apart."""
    if len(found) > 1 and found[0].course_id == found[1].course_id:
        return None
    return found[0] if found else None


def _earlier(session: Session, course: Course, origins: Origins) -> tuple[str, ...]:
    """What the course was copied from: as the launch says, else as a notice of the platform said."""
    contexts = origins.contexts or _told_of(session, course)
    return tuple(context for context in contexts if context != course.context_id)


def _told_of(session: Session, course: Course) -> tuple[str, ...]:
    """The courses that the platform said, by a notice, this one was copied from."""
    told = session.scalars(
        select(CourseCopy.origin_context_ids)
        .filter_by(deployment_id=course.deployment_id, context_id=course.context_id)
        .order_by(CourseCopy.id.desc())
        .limit(10)
    )
    return tuple(dict.fromkeys(one for ids in told for one in ids))
