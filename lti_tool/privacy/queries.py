"""What is kept of a person, counted."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select, true
from sqlalchemy.orm import Session

from lti_tool.acceptance.models import Acceptance
from lti_tool.attachments.models import Attachment
from lti_tool.audit.models import ModerationLog
from lti_tool.core.actor import Naming, Role
from lti_tool.core.visit import Visit
from lti_tool.courses.models import Course, Placement, PlannedActivity
from lti_tool.drafts.models import Draft
from lti_tool.follow_ups.models import FollowUp, FollowUpReport
from lti_tool.following.models import ConversationFollow, PlacementFollow
from lti_tool.grades.models import Score, ScoreEntry
from lti_tool.launch.models import Launch
from lti_tool.marks.models import PostMark
from lti_tool.mentions.models import Mention
from lti_tool.moderation.models import AuthorNotice, Report
from lti_tool.people.models import GroupMembership, Membership, Person
from lti_tool.platforms.models import Registration
from lti_tool.posts.models import (
    AudiencePerson,
    Conversation,
    ConversationChange,
    ConversationKind,
    Post,
    ReadState,
    Synthesis,
)
from lti_tool.rotation.models import RoleHolder
from lti_tool.statements.models import StatementRow
from lti_tool.threads.models import CaseStage

MOST_COURSES = 100
Counted = ColumnElement[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    title: str
    role: Role
    has_left: bool
    """As the platform's roster says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKept:
    """What is counted for the person alone: to others' eyes it would say more than they may know."""

    anonymous: int
    """How many of the threads, requests and replies were posted anonymously."""
    reported: int
    following: int
    notices: int


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
    files: int
    marks: int
    mentions: int
    """By others."""
    read: int
    """Of how many threads it is kept how far they are read."""
    drafts: int
    follow_ups: int
    reports: int
    groups: int
    roles: int
    """Roles of starter and synthesiser that were drawn for them."""
    scores: int
    decisions: int
    """Of staff, about them."""
    staff_acts: int
    visits: int
    statements: int
    naming: Naming
    """What the activity record tells of people here."""
    own: OwnKept | None
    """None for somebody else's eyes: then these count nowhere."""

    @property
    def has_taken_part(self) -> bool:
        """Whether there is more than the name. Whoever wrote something has a course."""
        return bool(self.course_count or self.statements)


def kept_of(session: Session, visit: Visit) -> Kept | None:
    """What is kept of the person in question; None for somebody who never came here. Three queries."""
    found = session.execute(
        select(Person, Registration)
        .join(Registration, Registration.id == Person.registration_id)
        .where(Registration.id == visit.registration_id, Person.sub == visit.details["for_user"])
    ).one_or_none()
    if found is None:
        return None
    person, registration = found
    is_own = visit.person_id == person.id
    counted = _counted(person.id, is_own=is_own) | (_counted_for_oneself(person.id) if is_own else {})
    counts = session.execute(select(*(it.label(name) for name, it in counted.items()))).one()._asdict()
    own = OwnKept(**{it.name: counts.pop(it.name) for it in fields(OwnKept)}) if is_own else None
    return Kept(
        name=person.name,
        courses=_courses(session, person.id),
        naming=registration.naming,
        own=own,
        **counts,
    )


def _counted(person_id: UUID, *, is_own: bool) -> dict[str, Counted]:
    """By the names of what is counted."""
    shown_post = _shown(Post, is_own=is_own)
    shown_conversation = _shown(Conversation, is_own=is_own)
    is_mine = Post.author_id == person_id
    return {
        "course_count": _count(Membership.id, Membership.person_id == person_id),
        "threads": _conversations(person_id, ConversationKind.THREAD, shown_conversation),
        "help_requests": _conversations(person_id, ConversationKind.HELP_REQUEST, shown_conversation),
        "replies": _count(Post.id, is_mine, Post.is_opening.is_(False), shown_post),
        "files": _files(person_id, shown_post),
        "marks": _count(PostMark.id, PostMark.person_id == person_id),
        "mentions": _count(Mention.post_id, Mention.person_id == person_id),
        "read": _count(ReadState.conversation_id, ReadState.person_id == person_id),
        "drafts": _count(Draft.id, Draft.person_id == person_id, Draft.fields.is_not(None)),
        "follow_ups": _count(FollowUp.id, FollowUp.person_id == person_id),
        "reports": _count(
            FollowUpReport.id, FollowUp.person_id == person_id, FollowUp.id == FollowUpReport.follow_up_id
        ),
        "groups": _count(GroupMembership.group_id, GroupMembership.person_id == person_id)
        + _count(AudiencePerson.conversation_id, AudiencePerson.person_id == person_id),
        "roles": _count(RoleHolder.id, RoleHolder.person_id == person_id),
        "scores": _scores(person_id),
        "decisions": _count(
            ModerationLog.id, ModerationLog.person_id == person_id, ModerationLog.staff_id != person_id
        ),
        "staff_acts": _staff_acts(person_id, shown_conversation),
        "visits": _count(Launch.id, Launch.person_id == person_id),
        "statements": _count(StatementRow.id, StatementRow.person_id == person_id),
    }


def _counted_for_oneself(person_id: UUID) -> dict[str, Counted]:
    return {
        "anonymous": _count(Post.id, Post.author_id == person_id, Post.pseudonym.is_not(None)),
        "reported": _count(Report.id, Report.reporter_id == person_id),
        "following": _count(ConversationFollow.conversation_id, ConversationFollow.person_id == person_id)
        + _count(PlacementFollow.placement_id, PlacementFollow.person_id == person_id),
        "notices": _count(AuthorNotice.id, AuthorNotice.person_id == person_id),
    }


def _files(person_id: UUID, shown: ColumnElement[bool]) -> Counted:
    """Those that stand with a post, and those that were never posted."""
    mine = Attachment.person_id == person_id
    return _count(Attachment.id, mine, Attachment.post_id.is_(None)) + _count(
        Attachment.id, mine, Attachment.post_id == Post.id, shown
    )


def _staff_acts(person_id: UUID, shown: ColumnElement[bool]) -> Counted:
    """What they did to run a course: closing, tagging, accepting, summing up, deciding, grading, planning.

    A resolution of a request is a change of its conversation.
    """
    changed = Conversation.id == ConversationChange.conversation_id
    moved = Conversation.id == CaseStage.conversation_id
    return (
        _count(ConversationChange.id, ConversationChange.person_id == person_id, changed, shown)
        + _count(CaseStage.id, CaseStage.person_id == person_id, moved, shown)
        + _count(
            Acceptance.id,
            Acceptance.person_id == person_id,
            Conversation.id == Acceptance.conversation_id,
            shown,
        )
        + _count(Synthesis.id, Synthesis.person_id == person_id)
        + _count(
            ModerationLog.id,
            ModerationLog.staff_id == person_id,
            ModerationLog.person_id.is_distinct_from(person_id),
        )
        + _count(ScoreEntry.id, ScoreEntry.author_id == person_id)
        + _count(PlannedActivity.id, PlannedActivity.author_id == person_id)
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
