"""Queries for the pages of moderation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from lti_tool.audit.models import ModerationLog, StaffAct
from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.core.db import written_out
from lti_tool.core.errors import NotFoundError
from lti_tool.core.paging import Page, Place
from lti_tool.core.prepared import EITHER_ROLE, ask, asked_by, asker, kept, time_of_asking
from lti_tool.moderation.models import AuthorNotice, Report
from lti_tool.moderation.service import DECISIONS, access_moderation
from lti_tool.people.models import Membership, Person
from lti_tool.people.naming import called, called_in
from lti_tool.posts.authors import Author, author_columns, author_of
from lti_tool.posts.models import Conversation, ConversationKind, Post, PostState, PreModeration
from lti_tool.posts.visibility import readable_post, shown_title

ROWS_A_PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice as its reader sees it."""

    notice: AuthorNotice
    kind: ConversationKind | None
    conversation_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Alerts at the top of a person's pages."""

    notices: Sequence[NoticeView]
    waits_until: datetime | None
    """When the approval of their posts ends."""
    queue_count: int
    """The number of posts that wait for staff; 0 for learners."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A post that needs review."""

    post_id: UUID
    author: Author
    title: str
    is_opening: bool
    state: PostState
    created_at: datetime
    report_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    report: Report
    reporter_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratedPost:
    """A post as staff decide on it."""

    post: Post
    author: Author
    is_learner: bool
    """Whether its author is known to be a learner; False for anonymous posts."""
    kind: ConversationKind
    title: str
    reports: Sequence[ReportView]
    acts: Sequence[StaffAct]
    """Decisions that are possible in this state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratedPerson:
    id: UUID
    name: str
    lasting: PreModeration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    entry: ModerationLog
    staff_name: str
    about: str
    """The person's name, or the pseudonym of an anonymous post."""


def alerts(session: Session, actor: Actor) -> Alerts:
    """The actor's alerts. One query; one more if there is a notice."""
    asked = asked_by(actor)
    ((has_notices, waits_until, queue_count),) = ask(session, _alerts(is_staff=actor.role.is_staff), asked)
    return Alerts(
        notices=_notices(session, actor) if has_notices else (),
        waits_until=waits_until,
        queue_count=queue_count,
    )


# This runs on every page.
@kept(is_staff=EITHER_ROLE)
def _alerts(*, is_staff: bool) -> Select[bool, datetime | None, int]:
    them = asker(is_staff=is_staff)
    waits_until = select(PreModeration.until).where(
        PreModeration.course_id == them.course_id,
        PreModeration.person_id == them.person_id,
        PreModeration.until > time_of_asking(),
    )
    due = (
        select(func.count())
        .select_from(Post)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(_is_due(them))
        .scalar_subquery()
    )
    return select(
        exists().where(_is_unread_by(them)), waits_until.scalar_subquery(), due if is_staff else literal(0)
    )


def _is_unread_by(actor: Actor) -> ColumnElement[bool]:
    is_theirs = (AuthorNotice.person_id == actor.person_id) & (AuthorNotice.course_id == actor.course_id)
    return is_theirs & AuthorNotice.read_at.is_(None)


def _notices(session: Session, actor: Actor) -> Sequence[NoticeView]:
    found = session.execute(
        select(AuthorNotice, Conversation.kind, Conversation.id)
        .outerjoin(Post, Post.id == AuthorNotice.post_id)
        .outerjoin(Conversation, Conversation.id == Post.conversation_id)
        .where(_is_unread_by(actor))
        .order_by(AuthorNotice.id)
        .limit(ROWS_A_PAGE)
    )
    return [NoticeView(notice=notice, kind=kind, conversation_id=row_id) for notice, kind, row_id in found]


def _is_due(actor: Actor) -> ColumnElement[bool]:
    """Of posts, with their conversations: reported or waiting, where the actor may read them.

    Both are small parts of an index.
    """
    reported = select(Report.post_id).where(Report.course_id == actor.course_id, Report.closed_at.is_(None))
    is_waiting = Post.state == written_out(PostState.WAITING)
    waiting = select(Post.id).where(Post.course_id == actor.course_id, is_waiting)
    return Post.id.in_(reported.union(waiting)) & readable_post(actor)


def queue(session: Session, actor: Actor, *, after: UUID | None) -> Page[QueueRow]:
    """Thirty posts to review, oldest first. One query."""
    access_moderation(actor)
    reports = (
        select(func.count())
        .where(Report.post_id == Post.id, Report.closed_at.is_(None))
        .correlate(Post)
        .scalar_subquery()
    )
    query = (
        select(Post, shown_title(actor), reports.label("reports"), *author_columns(Post, Person))
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Person, Person.id == Post.author_id)
        .where(_is_due(actor))
        .order_by(Post.id)
        .limit(ROWS_A_PAGE + 1)
    )
    if after:
        query = query.where(Post.id > after)
    found = session.execute(query).all()
    rows = [
        QueueRow(
            post_id=row.Post.id,
            author=author_of(actor, row),
            title=row.title,
            is_opening=row.Post.is_opening,
            state=row.Post.state,
            created_at=row.Post.created_at,
            report_count=row.reports,
        )
        for row in found[:ROWS_A_PAGE]
    ]
    return Page(rows, Place(rows[-1].created_at, rows[-1].post_id) if len(found) > ROWS_A_PAGE else None)


def moderated_post(session: Session, actor: Actor, post_id: UUID) -> ModeratedPost:
    """A post with its open reports, for staff; also a withdrawn one, with its text.

    Two queries.
    """
    access_moderation(actor)
    found = session.execute(
        select(Post, Conversation.kind, shown_title(actor), Membership.role, *author_columns(Post, Person))
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(
            Membership, (Membership.person_id == Person.id) & (Membership.course_id == actor.course_id)
        )
        .where(Post.id == post_id, readable_post(actor))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    post, author = found.Post, author_of(actor, found)
    reports = _open_reports(session, post.id)
    return ModeratedPost(
        post=post,
        author=author,
        is_learner=not author.is_anonymous and found.role is not None and not Role(found.role).is_staff,
        kind=found.kind,
        title=found.title,
        reports=reports,
        acts=[
            act
            for act, decision in DECISIONS.items()
            if decision.state is post.state and (reports or act is not StaffAct.KEEP)
        ],
    )


def _open_reports(session: Session, post_id: UUID) -> Sequence[ReportView]:
    found = session.execute(
        select(Report, called_in(Report.course_id))
        .join(Person, Person.id == Report.reporter_id)
        .where(Report.post_id == post_id, Report.closed_at.is_(None))
        .order_by(Report.id)
        .limit(ROWS_A_PAGE)
    )
    return [ReportView(report=report, reporter_name=name) for report, name in found]


def moderated_person(session: Session, actor: Actor, person_id: UUID) -> ModeratedPerson:
    """A learner of the course, and any current approval of their posts. One query."""
    access_moderation(actor)
    found = session.execute(
        select(Person.id, called().label("name"), Membership.role, PreModeration)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(
            PreModeration,
            (PreModeration.person_id == Person.id)
            & (PreModeration.course_id == actor.course_id)
            & (PreModeration.until > clock.now()),
        )
        .where(Person.id == person_id, Membership.course_id == actor.course_id)
    ).one_or_none()
    if found is None or Role(found.role).is_staff:
        raise NotFoundError
    return ModeratedPerson(id=found.id, name=found.name, lasting=found.PreModeration)


def log_page(
    session: Session, actor: Actor, *, person_id: UUID | None, post_id: UUID | None, before: UUID | None
) -> Page[LogRow]:
    """Thirty entries, newest first, optionally about one person or one post. One query."""
    access_moderation(actor)
    staff, about = aliased(Person), aliased(Person)
    of_staff, of_person = (called_in(actor.course_id, person) for person in (staff, about))
    query = (
        select(ModerationLog, of_staff, of_person, Post.pseudonym)
        .join(staff, staff.id == ModerationLog.staff_id)
        .outerjoin(about, about.id == ModerationLog.person_id)
        .outerjoin(Post, Post.id == ModerationLog.post_id)
        .where(ModerationLog.course_id == actor.course_id)
        .order_by(ModerationLog.id.desc())
        .limit(ROWS_A_PAGE + 1)
    )
    if person_id:
        query = query.where(or_(ModerationLog.person_id == person_id, ModerationLog.staff_id == person_id))
    if post_id:
        query = query.where(ModerationLog.post_id == post_id)
    if before:
        query = query.where(ModerationLog.id < before)
    found = session.execute(query).all()
    rows = [
        LogRow(entry=entry, staff_name=staff_name, about=pseudonym or person_name or "")
        for entry, staff_name, person_name, pseudonym in found[:ROWS_A_PAGE]
    ]
    more = len(found) > ROWS_A_PAGE
    return Page(rows, Place(rows[-1].entry.created_at, rows[-1].entry.id) if more else None)
