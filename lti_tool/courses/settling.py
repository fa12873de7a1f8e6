"""What the first launch of a placement makes of it: the activity that was planned for it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Placement, PlannedActivity

PLANNED_ACTIVITY = "segue_activity"
"""The custom parameter that carries a planned activity's id, in the link that deep linking made."""


def settle_placement(
    session: Session, placement: Placement, *, registration_id: UUID, custom: Mapping[str, Any]
) -> None:
    """Give a placement that was just made its activity and settings; `custom` is the launch's own.

    The link may stand in another course than the activity was planned for: platforms copy custom
    parameters along with a course. The settings follow there too. One query, none without a plan.
    """
    planned = _planned_activity(session, registration_id, custom.get(PLANNED_ACTIVITY))
    if planned is None:
        return
    placement.planned_activity_id = planned.id
    placement.activity = planned.activity
    placement.settings = dict(planned.settings)
    placement.title = placement.title or planned.title
    session.flush()


def _planned_activity(session: Session, registration_id: UUID, given: object) -> PlannedActivity | None:
    """The plan of this id, made at this platform. Whatever else stands there is as nothing."""
    try:
        planned_id = UUID(given) if isinstance(given, str) else None
    except ValueError:
        planned_id = None
    if planned_id is None:
        return None
    return session.scalars(
        select(PlannedActivity).filter_by(id=planned_id, registration_id=registration_id)
    ).one_or_none()
