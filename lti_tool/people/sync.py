"""One reading of a course's roster and groups, from the platform's first page to our last row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Course
from lti_tool.launch.models import Launch
from lti_tool.people.group_changes import apply_groups
from lti_tool.people.models import RosterSync
from lti_tool.people.roster import Groups, Member, read_groups, read_roster
from lti_tool.people.roster_changes import apply_roster
from lti_tool.people.roster_schedule import note_applied, note_failed
from lti_tool.platforms.errors import ServiceError, ServiceUnavailableError
from lti_tool.platforms.models import Deployment
from lti_tool.platforms.scopes import GROUP_READ
from lti_tool.platforms.service_client import ServiceClient

log = structlog.get_logger(__name__)

_IDLE = timedelta(hours=2)
"""A session that was not used for so long is over (launch/sessions.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What is to be read, and of whom."""

    id: UUID
    registration_id: UUID
    roster_url: str
    groups_url: str | None
    group_sets_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    members: dict[str, Member]
    groups: Groups | None
    groups_problem: str | None
    """Groups may fail alone: the roster is worth more than they are."""


def sync_course(sessions: sessionmaker[Session], course_id: UUID) -> None:
    """Read the roster, then apply it in one transaction. A failure changes nothing but the schedule."""
    began = clock.now()
    with unit_of_work(sessions) as session:
        course = _course(session, course_id)
    if course is None:
        return
    try:
        read = _read(ServiceClient(sessions, course.registration_id), course)
    except ServiceError as error:
        _keep_failure(sessions, course, began, error)
        return
    with unit_of_work(sessions) as session:
        _apply(session, course, began, read)


def _course(session: Session, course_id: UUID) -> _Course | None:
    """None where the platform offers no roster, or not any more."""
    course, registration_id = session.execute(
        select(Course, Deployment.registration_id)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .where(Course.id == course_id)
    ).one()
    if course.roster_url is None:
        return None
    may_read_groups = GROUP_READ in course.service_scopes
    return _Course(
        id=course.id,
        registration_id=registration_id,
        roster_url=course.roster_url,
        groups_url=course.groups_url if may_read_groups else None,
        group_sets_url=course.group_sets_url if may_read_groups else None,
    )


def _read(client: ServiceClient, course: _Course) -> _Read:
    groups, problem = None, None
    if course.groups_url is not None:
        try:
            groups = read_groups(client, course.groups_url, course.group_sets_url)
        except ServiceError as error:
            problem = error.reason
            log.warning("groups_not_read", course=str(course.id), reason=problem)
    members = read_roster(client, course.roster_url, with_groups=groups is not None)
    return _Read(members=members, groups=groups, groups_problem=problem)


def _apply(session: Session, course: _Course, began: datetime, read: _Read) -> None:
    sync = session.get_one(RosterSync, course.id, with_for_update=True)
    if sync.synced_at is not None and sync.synced_at > began:
        return  # a worker that was taken for dead is late: what is there is newer than what it read
    applied = apply_roster(
        session,
        registration_id=course.registration_id,
        course_id=course.id,
        members=read.members,
        began=began,
    )
    if read.groups is not None:
        apply_groups(
            session,
            registration_id=course.registration_id,
            course_id=course.id,
            groups=read.groups,
            members=read.members.values(),
        )
    note_applied(
        sync,
        began=began,
        applied=applied,
        member_count=sum(member.is_present for member in read.members.values()),
        is_in_use=_is_in_use(session, course.id),
    )
    sync.groups_problem = read.groups_problem
    if applied.missing:
        log.warning("roster_waits", course=str(course.id), missing=applied.missing, present=applied.present)


def _is_in_use(session: Session, course_id: UUID) -> bool:
    now = clock.now()
    live = select(Launch.id).where(
        Launch.course_id == course_id, Launch.expires_at > now, Launch.seen_at > now - _IDLE
    )
    return session.scalar(live.limit(1)) is not None


def _keep_failure(
    sessions: sessionmaker[Session], course: _Course, began: datetime, error: ServiceError
) -> None:
    log.warning("roster_not_read", course=str(course.id), reason=error.reason)
    may_recover = isinstance(error, ServiceUnavailableError)
    with unit_of_work(sessions) as session:
        sync = session.get_one(RosterSync, course.id, with_for_update=True)
        note_failed(
            sync,
            began=began,
            problem=error.reason,
            retry_after=error.retry_after if isinstance(error, ServiceUnavailableError) else None,
            is_final=not may_recover,
        )
