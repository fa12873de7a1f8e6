"""Looking up the author of an anonymous post: one post at a time, with a reason that its author is told."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.audit.models import ModerationLog, StaffAct
from lti_tool.audit.service import log_staff_act
from lti_tool.core import events
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.ids import new_row_id
from lti_tool.moderation.events import PostModerated
from lti_tool.moderation.models import AuthorNotice, NoticeKind, Unmasking
from lti_tool.moderation.service import access_moderation
from lti_tool.people.models import Person
from lti_tool.people.naming import called_in
from lti_tool.posts.models import Conversation, ConversationKind, Post
from lti_tool.posts.service import conversation_of
from lti_tool.posts.visibility import readable_post


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmasked:
    """The author of a post, for the person who gave a reason."""

    person_id: UUID
    name: str
    post_id: UUID
    pseudonym: str
    kind: ConversationKind
    conversation_id: UUID
    reason: str


def access_anonymous_post(session: Session, actor: Actor, post_id: UUID) -> Post:
    """The post, locked, for the staff of its course; also a withdrawn one."""
    access_moderation(actor)
    found = session.scalars(
        select(Post)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(Post.id == post_id, readable_post(actor), Post.pseudonym.is_not(None))
        .with_for_update(of=Post, key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def unmask_author(
    session: Session, actor: Actor, *, post_id: UUID, reason: str, submission_key: UUID
) -> UUID:
    """Log that the actor looks up the author, tell the author, and return the id for reading the name."""
    post = access_anonymous_post(session, actor, post_id)
    sent_before = session.scalar(
        select(Unmasking.log_id).filter_by(staff_id=actor.person_id, submission_key=submission_key)
    )
    if sent_before is not None:
        return sent_before
    entry = log_staff_act(session, actor, StaffAct.UNMASK, reason=reason, post_id=post.id)
    notice = AuthorNotice(
        id=new_row_id(),
        course_id=post.course_id,
        person_id=post.author_id,
        post_id=post.id,
        kind=NoticeKind.UNMASKED,
        reason=reason,
    )
    session.add(notice)
    session.flush()
    session.add(
        Unmasking(
            log_id=entry.id,
            notice_id=notice.id,
            course_id=post.course_id,
            post_id=post.id,
            staff_id=actor.person_id,
            submission_key=submission_key,
        )
    )
    session.flush()
    events.record(session, PostModerated(actor, conversation_of(session, post), post, entry))
    return entry.id


def unmasked_author(session: Session, actor: Actor, log_id: UUID) -> Unmasked:
    """The author's name, for the person who gave the reason, as long as they are staff. One query."""
    access_moderation(actor)
    found = session.execute(
        select(called_in(Unmasking.course_id), Post, Conversation, ModerationLog.reason)
        .select_from(Unmasking)
        .join(ModerationLog, ModerationLog.id == Unmasking.log_id)
        .join(Post, Post.id == Unmasking.post_id)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Person, Person.id == Post.author_id)
        .where(
            Unmasking.log_id == log_id,
            Unmasking.staff_id == actor.person_id,
            Unmasking.course_id == actor.course_id,
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    name, post, conversation, reason = found
    return Unmasked(
        person_id=post.author_id,
        name=name,
        post_id=post.id,
        pseudonym=post.pseudonym or "",
        kind=conversation.kind,
        conversation_id=conversation.id,
        reason=reason,
    )
