"""Reporting a post, and the decisions of staff."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.audit.models import StaffAct
from lti_tool.audit.service import log_staff_act
from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.core.ids import new_row_id
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.drafts.service import close_draft
from lti_tool.moderation.events import PostModerated, PostReported
from lti_tool.moderation.models import AuthorNotice, NoticeKind, Report, ReportKind
from lti_tool.posts.approval import author_of_waiting
from lti_tool.posts.events import ContributionPublished
from lti_tool.posts.models import Post, PostState
from lti_tool.posts.service import access_post, conversation_of
from lti_tool.posts.states import set_state
from lti_tool.posts.writing import FormState


@dataclass(frozen=True, slots=True)
class _Decision:
    """The states before and after a decision, and the notice to the author; None if nothing changes."""

    state: PostState
    to: PostState | None
    notice: NoticeKind | None


DECISIONS = {
    StaffAct.HIDE: _Decision(PostState.PUBLISHED, PostState.HIDDEN, NoticeKind.HIDDEN),
    StaffAct.RESTORE: _Decision(PostState.HIDDEN, PostState.PUBLISHED, NoticeKind.RESTORED),
    StaffAct.KEEP: _Decision(PostState.PUBLISHED, None, None),
    StaffAct.APPROVE: _Decision(PostState.WAITING, PostState.PUBLISHED, NoticeKind.APPROVED),
    StaffAct.DECLINE: _Decision(PostState.WAITING, PostState.DECLINED, NoticeKind.DECLINED),
}


def access_moderation(actor: Actor) -> None:
    """Only staff may moderate."""
    if not actor.role.is_staff:
        raise NotFoundError


def access_moderated_post(session: Session, actor: Actor, post_id: UUID, *, lock: bool = False) -> Post:
    """The post, for the staff of its course."""
    access_moderation(actor)
    return access_post(session, actor, post_id, lock=lock)


def report_post(
    session: Session,
    actor: Actor,
    *,
    post_id: UUID,
    kind: ReportKind,
    note: str,
    draft: FormState | None = None,
) -> Post:
    """Ask staff to review another person's post. While one's report is open, a second one changes nothing."""
    post = access_post(session, actor, post_id)
    if post.author_id == actor.person_id or post.state is not PostState.PUBLISHED:
        raise NotFoundError
    report = session.scalars(
        insert(Report)
        .values(course_id=post.course_id, post_id=post.id, reporter_id=actor.person_id, kind=kind, note=note)
        .on_conflict_do_nothing()
        .returning(Report)
    ).one_or_none()
    close_draft(session, actor, place=DraftPlace(DraftKind.REPORT, post.id), form=draft)
    if report is not None:
        events.record(session, PostReported(actor, conversation_of(session, post), post, report))
    return post


def decide_on_post(
    session: Session, actor: Actor, *, post_id: UUID, act: StaffAct, reason: str, revision: int
) -> Post:
    """Hide, restore, keep, approve or decline the version `revision`. The author is told, with the reason.

    The same again changes nothing. Raises ConflictError where the post, or its text, has changed since.
    """
    post = access_moderated_post(session, actor, post_id, lock=True)
    decision = DECISIONS[act]
    if decision.to is not None and post.state is decision.to:
        return post
    if post.state is not decision.state or post.revision != revision:
        raise ConflictError
    _close_reports(session, post)
    # Staff can read the log, so an entry about an anonymous post names nobody.
    about = None if post.pseudonym else post.author_id
    entry = log_staff_act(session, actor, act, reason=reason, person_id=about, post_id=post.id)
    was_public = post.is_public
    if decision.to is not None:
        set_state(session, post, decision.to, reason=reason)
    if decision.notice is not None:
        tell_author(session, post.author_id, post.course_id, decision.notice, reason, post_id=post.id)
    conversation = conversation_of(session, post)
    if not was_public and post.is_public:
        author = author_of_waiting(session, post.id)
        replied_to = session.get(Post, post.in_reply_to_id) if post.in_reply_to_id else None
        events.record(session, ContributionPublished(author, conversation, post, replied_to))
    events.record(session, PostModerated(actor, conversation, post, entry))
    return post


def _close_reports(session: Session, post: Post) -> None:
    session.execute(
        update(Report)
        .where(Report.post_id == post.id, Report.closed_at.is_(None))
        .values(closed_at=clock.now())
    )


def tell_author(
    session: Session, person_id: UUID, course_id: UUID, kind: NoticeKind, reason: str, **about: object
) -> None:
    """Tell a person on their pages. An approval without a reason needs no notice: the post is visible."""
    if kind is NoticeKind.APPROVED and not reason:
        return
    session.add(
        AuthorNotice(
            id=new_row_id(), course_id=course_id, person_id=person_id, kind=kind, reason=reason, **about
        )
    )


def read_notice(session: Session, actor: Actor, *, notice_id: UUID) -> None:
    """Mark a notice as read."""
    read = session.scalar(
        update(AuthorNotice)
        .where(
            AuthorNotice.id == notice_id,
            AuthorNotice.person_id == actor.person_id,
            AuthorNotice.course_id == actor.course_id,
        )
        .values(read_at=clock.now())
        .returning(AuthorNotice.id)
    )
    if read is None:
        raise NotFoundError
