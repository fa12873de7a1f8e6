"""Requiring approval for a person's posts for some days, and ending that."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.audit.models import StaffAct
from lti_tool.audit.service import log_staff_act
from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.core.errors import NotFoundError
from lti_tool.moderation.models import NoticeKind
from lti_tool.moderation.service import access_moderation, tell_author
from lti_tool.people.models import Membership
from lti_tool.posts.models import PreModeration

MOST_DAYS = 30


def access_learner(session: Session, actor: Actor, person_id: UUID) -> Membership:
    """A learner's membership of the actor's course, for staff. Staff can't be moderated."""
    access_moderation(actor)
    found = session.scalars(
        select(Membership).filter_by(course_id=actor.course_id, person_id=person_id)
    ).one_or_none()
    if found is None or Role(found.role).is_staff:
        raise NotFoundError
    return found


def pre_moderate(session: Session, actor: Actor, *, person_id: UUID, days: int, reason: str) -> None:
    """Require approval for this person's posts for some days from now. They are told."""
    access_learner(session, actor, person_id)
    until = clock.now() + timedelta(days=min(days, MOST_DAYS))
    _set(session, actor, person_id, until=until, reason=reason)
    log_staff_act(
        session, actor, StaffAct.PRE_MODERATE, reason=reason, person_id=person_id, detail=str(until.date())
    )
    tell_author(session, person_id, actor.course_id, NoticeKind.PRE_MODERATED, reason, until=until)


def end_pre_moderation(session: Session, actor: Actor, *, person_id: UUID, reason: str) -> None:
    """End a current approval now. Posts that are waiting still wait."""
    access_learner(session, actor, person_id)
    lasting = session.scalars(
        select(PreModeration)
        .filter_by(course_id=actor.course_id, person_id=person_id)
        .where(PreModeration.until > clock.now())
        .with_for_update()
    ).one_or_none()
    if lasting is None:
        return
    lasting.until = clock.now()
    log_staff_act(session, actor, StaffAct.END_PRE_MODERATION, reason=reason, person_id=person_id)
    tell_author(session, person_id, actor.course_id, NoticeKind.PRE_MODERATION_ENDED, reason)


def _set(session: Session, actor: Actor, person_id: UUID, **values: object) -> None:
    session.execute(
        insert(PreModeration)
        .values(course_id=actor.course_id, person_id=person_id, **values)
        .on_conflict_do_update(index_elements=["course_id", "person_id"], set_=values)
    )
