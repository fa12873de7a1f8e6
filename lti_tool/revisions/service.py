"""Editing and withdrawing one's own posts."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.errors import ConflictError
from lti_tool.posts.approval import must_wait
from lti_tool.posts.events import ContributionEdited, ContributionWithdrawn
from lti_tool.posts.models import Conversation, Post, PostState
from lti_tool.posts.service import access_own_post, conversation_of, to_html
from lti_tool.posts.states import set_state
from lti_tool.revisions.models import PostRevision


def edit_post(
    session: Session,
    actor: Actor,
    *,
    post_id: UUID,
    revision: int,
    title: str | None,
    body: str,
    what_changed: str = "",
) -> bool:
    """Replace the text and keep the old one. Returns False, changing nothing, if `revision` is not the last.

    The same text again changes nothing. What staff declined waits once more. Raises ConflictError for a
    published post of somebody whose posts wait for approval.
    """
    post = access_own_post(session, actor, post_id, lock=True)
    conversation = conversation_of(session, post)
    title = title if post.is_opening and title else None
    if post.body == body and title in {None, conversation.title}:
        return True
    if post.revision != revision:
        return False
    if post.is_public and must_wait(session, actor):
        raise ConflictError
    replaced = _keep_text(session, conversation, post, what_changed)
    html = to_html(session, actor, body, group_id=conversation.group_id)
    _replace_text(conversation, post, title, body, html)
    session.flush()
    if post.state is PostState.DECLINED:
        set_state(session, post, PostState.WAITING)
    if post.is_public:
        events.record(
            session, ContributionEdited(actor, conversation, post, replaced.id, replaced.created_at)
        )
    return True


def withdraw_post(session: Session, actor: Actor, *, post_id: UUID) -> Post:
    """Withdraw a post for good. Its place and its replies stay; staff can still read the text."""
    post = access_own_post(session, actor, post_id, lock=True)
    set_state(session, post, PostState.WITHDRAWN)
    if post.is_public:
        events.record(
            session, ContributionWithdrawn(actor, conversation_of(session, post), post, clock.now())
        )
    return post


def _keep_text(session: Session, conversation: Conversation, post: Post, what_changed: str) -> PostRevision:
    replaced = PostRevision(
        course_id=post.course_id,
        post_id=post.id,
        number=post.revision,
        written_at=post.edited_at or post.created_at,
        title=conversation.title if post.is_opening else None,
        body=post.body,
        what_changed=what_changed,
    )
    session.add(replaced)
    return replaced


def _replace_text(conversation: Conversation, post: Post, title: str | None, body: str, html: str) -> None:
    post.body, post.body_html = body, html
    post.revision += 1
    post.edited_at = clock.now()
    if title is not None:
        conversation.title = title
