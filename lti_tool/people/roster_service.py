"""What staff do about the course's roster."""

from enum import StrEnum

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.courses.models import Course
from lti_tool.people.models import RosterSync
from lti_tool.people.roster_changes import keep_missing, remove_missing
from lti_tool.people.roster_schedule import ask_now
from lti_tool.people.tasks import ask_for_due

log = structlog.get_logger(__name__)


class Removal(StrEnum):
    """What is to become of many who are missing in the roster at once."""

    REMOVE = "remove"
    KEEP = "keep"


def access_people(actor: Actor) -> None:
    """The list of everybody in the course is for its staff."""
    if not actor.role.is_staff:
        raise NotFoundError


def update_roster(session: Session, actor: Actor) -> None:
    """Read the roster now, unless the platform offers none or asked us to wait."""
    access_people(actor)
    offered = session.scalars(select(Course.roster_url).filter_by(id=actor.course_id)).one()
    if offered is not None and ask_now(session, course_id=actor.course_id):
        ask_for_due(session, course_id=actor.course_id)


def decide_removal(session: Session, actor: Actor, *, decision: Removal, count: int) -> None:
    """Remove those who are missing in the roster, or keep them. Decided already, it changes nothing.

    Raises ConflictError when it is not the `count` of people any more that the page told of.
    """
    access_people(actor)
    sync = session.get(RosterSync, actor.course_id, with_for_update=True)
    if sync is None or sync.gone_since is None:
        return
    if sync.gone_count != count:
        raise ConflictError
    decide = remove_missing if decision is Removal.REMOVE else keep_missing
    decide(session, course_id=actor.course_id)
    sync.gone_since, sync.gone_count, sync.gone_of = None, 0, 0
    log.info(
        "roster_removal_decided",
        course=str(actor.course_id),
        by=str(actor.person_id),
        decision=decision.value,
        count=count,
    )
