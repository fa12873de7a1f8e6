"""Giving and taking back marks."""

from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.db import insert_once
from lti_tool.core.errors import NotFoundError
from lti_tool.marks.events import MarkGiven, MarkTakenBack
from lti_tool.marks.models import Mark, PostMark
from lti_tool.posts.models import Conversation, Post, PostState
from lti_tool.posts.service import access_post, conversation_of


def access_markable_post(session: Session, actor: Actor, post_id: UUID) -> Post:
    """The post, locked, if it is published. Other posts can't be marked."""
    post = access_post(session, actor, post_id, lock=True)
    if post.state is not PostState.PUBLISHED:
        raise NotFoundError
    return post


def give_mark(session: Session, actor: Actor, *, post_id: UUID, mark: Mark, note: str = "") -> Post:
    """Mark a post. A second identical mark changes nothing. Authors can't give their own post every mark."""
    post = access_markable_post(session, actor, post_id)
    if mark.is_for_others and post.author_id == actor.person_id:
        raise NotFoundError
    given, made = insert_once(
        session,
        PostMark,
        key=("person_id", "post_id", "mark"),
        course_id=post.course_id,
        post_id=post.id,
        person_id=actor.person_id,
        mark=mark,
        note=note if mark.needs_note else "",
    )
    if made:
        _count(session, post, mark, 1)
        events.record(session, MarkGiven(actor, conversation_of(session, post), post, given))
    return post


def take_back_mark(session: Session, actor: Actor, *, post_id: UUID, mark: Mark) -> Post:
    """Take one's mark back. Without a mark, nothing changes."""
    post = access_markable_post(session, actor, post_id)
    taken = session.scalars(
        delete(PostMark).filter_by(person_id=actor.person_id, post_id=post.id, mark=mark).returning(PostMark)
    ).one_or_none()
    if taken is not None:
        _count(session, post, mark, -1)
        event = MarkTakenBack(actor, conversation_of(session, post), post, taken, clock.now())
        events.record(session, event)
    return post


def _count(session: Session, post: Post, mark: Mark, change: int) -> None:
    if mark is not Mark.USEFUL:
        return
    post.useful_count += change  # the row is locked
    session.execute(
        update(Conversation)
        .where(Conversation.id == post.conversation_id)
        .values(useful_count=Conversation.useful_count + change)
    )
