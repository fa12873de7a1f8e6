"""What is kept of a person, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select, true
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.core.visit import Visit
from lti_tool.courses.models import Course, Placement
from lti_tool.drafts.models import Draft
from lti_tool.follow_ups.models import FollowUp, FollowUpReport
from lti_tool.grades.models import Score
from lti_tool.people.models import GroupMembership, Membership, Person
from lti_tool.posts.models import Conversation, ConversationKind, Post
from lti_tool.statements.models import StatementRow

MOST_COURSES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    title: str
    role: Role
    has_left: bool
    """As the platform's roster says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything that is kept of one person at one platform, as numbers."""

    name: str
    courses: Sequence[CourseRow]
    """The first hundred, by title."""
    course_count: int
    threads: int
    help_requests: int
    replies: int
    anonymous: int | None
    """How many of these were posted anonymously. None for somebody else's eyes: then they count nowhere."""
    drafts: int
    follow_ups: int
    reports: int
    groups: int
    scores: int
    statements: int

    @property
    def has_taken_part(self) -> bool:
        """Whether there is more than the name. Whoever wrote something has a course."""
        return bool(self.course_count or self.statements)


def kept_of(session: Session, visit: Visit) -> Kept | None:
    """What is kept of the person in question; None for somebody who never came here. Three queries."""
    person = session.scalars(
        select(Person).filter_by(registration_id=visit.registration_id, sub=visit.details["for_user"])
    ).one_or_none()
    if person is None:
        return None
    is_own = visit.person_id == person.id
    reported = FollowUp.id == FollowUpReport.follow_up_id
    counts = session.execute(
        select(
            _count(Membership.id, Membership.person_id == person.id),
            _conversations(person.id, ConversationKind.THREAD, _shown(Conversation, is_own=is_own)),
            _conversations(person.id, ConversationKind.HELP_REQUEST, _shown(Conversation, is_own=is_own)),
            _count(
                Post.id, Post.author_id == person.id, Post.is_opening.is_(False), _shown(Post, is_own=is_own)
            ),
            _count(Post.id, Post.author_id == person.id, Post.pseudonym.is_not(None)),
            _count(Draft.id, Draft.person_id == person.id, Draft.fields.is_not(None)),
            _count(FollowUp.id, FollowUp.person_id == person.id),
            _count(FollowUpReport.id, FollowUp.person_id == person.id, reported),
            _count(GroupMembership.group_id, GroupMembership.person_id == person.id),
            _scores(person.id),
            _count(StatementRow.id, StatementRow.person_id == person.id),
        )
    ).one()
    course_count, threads, help_requests, replies, anonymous, *others = counts
    drafts, follow_ups, reports, groups, scores, statements = others
    return Kept(
        name=person.name,
        courses=_courses(session, person.id),
        course_count=course_count,
        threads=threads,
        help_requests=help_requests,
        replies=replies,
        anonymous=anonymous if is_own else None,
        drafts=drafts,
        follow_ups=follow_ups,
        reports=reports,
        groups=groups,
        scores=scores,
        statements=statements,
    )


def _count(counted: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(counted)).where(*conditions).scalar_subquery()


def _shown(content: type[Conversation | Post], *, is_own: bool) -> ColumnElement[bool]:
    """To others, numbers would say who wrote anonymously in a course where few did."""
    return true() if is_own else content.pseudonym.is_(None)


def _conversations(person_id: UUID, kind: ConversationKind, shown: ColumnElement[bool]) -> ScalarSelect[int]:
    return _count(Conversation.id, Conversation.author_id == person_id, Conversation.kind == kind, shown)


def _scores(person_id: UUID) -> ScalarSelect[int]:
    """By way of the person's courses: scores are found by their activity."""
    in_course = (Membership.course_id == Placement.course_id) & (Membership.person_id == person_id)
    here = (Score.placement_id == Placement.id) & (Score.person_id == person_id)
    return _count(Score.id, here, in_course)


def _courses(session: Session, person_id: UUID) -> Sequence[CourseRow]:
    rows = session.execute(
        select(Course.title, Membership.role, Membership.left_at.is_not(None))
        .join(Membership, Membership.course_id == Course.id)
        .where(Membership.person_id == person_id)
        .order_by(Course.title, Course.id)
        .limit(MOST_COURSES)
    )
    return [CourseRow(title=title, role=Role(role), has_left=has_left) for title, role, has_left in rows]
