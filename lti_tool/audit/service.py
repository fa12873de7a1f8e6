"""Writing to the log: the one way for everything that staff do to others' contributions."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.audit.models import ModerationLog, StaffAct
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError


def log_staff_act(
    session: Session,
    actor: Actor,
    act: StaffAct,
    *,
    reason: str,
    person_id: UUID | None = None,
    post_id: UUID | None = None,
    detail: str = "",
) -> ModerationLog:
    """Note in this transaction what a member of staff does. Nobody else has anything to log."""
    if not actor.role.is_staff:
        raise NotFoundError
    entry = ModerationLog(
        course_id=actor.course_id,
        staff_id=actor.person_id,
        act=act,
        person_id=person_id,
        post_id=post_id,
        reason=reason,
        detail=detail,
    )
    session.add(entry)
    session.flush()
    return entry
