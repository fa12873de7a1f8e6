"""Writing to the log: the one way for everything that staff do to others' contributions, and names."""

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
    """Note in this transaction what a member of staff does. Nobody else does such things."""
    if not actor.role.is_staff:
        raise NotFoundError
    return _log(session, actor, act, reason=reason, person_id=person_id, post_id=post_id, detail=detail)


def log_own_act(session: Session, actor: Actor, act: StaffAct, *, detail: str) -> ModerationLog:
    """The same of what anybody does to themselves that staff must be able to look up."""
    return _log(session, actor, act, reason="", person_id=actor.person_id, post_id=None, detail=detail)


def _log(
    session: Session,
    actor: Actor,
    act: StaffAct,
    *,
    reason: str,
    person_id: UUID | None,
    post_id: UUID | None,
    detail: str,
) -> ModerationLog:
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
