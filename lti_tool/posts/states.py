"""From one state of a post to another, with everything that counts it."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.posts.models import Conversation, Post, PostState

ERASED = "erased"
"""The reason of a withdrawn post whose author was erased: not what they did, and told to everybody."""


def set_state(session: Session, post: Post, state: PostState, *, reason: str | None = None) -> None:
    """Change the state of a post that the caller has locked; its conversation follows."""
    was, was_gone = post.state, _is_gone(post)
    becomes_public = state is PostState.PUBLISHED and not post.is_public
    post.state, post.state_reason = state, reason
    post.is_public = post.is_public or becomes_public
    session.flush()
    changes: dict[str, Any] = {}
    counted = (state is PostState.PUBLISHED) - (was is PostState.PUBLISHED)
    if counted and post.useful_count:
        changes["useful_count"] = Conversation.useful_count + counted * post.useful_count
    if counted and not post.is_opening:
        is_by_another = or_(
            Conversation.author_id != post.author_id, Conversation.pseudonym.is_distinct_from(post.pseudonym)
        )
        changes["answer_count"] = Conversation.answer_count + case((is_by_another, counted), else_=0)
    if becomes_public:
        changes["last_activity_at"] = clock.now()
    if post.is_opening:
        changes |= {"state": state, "is_public": post.is_public}
    elif becomes_public:
        changes["reply_count"] = Conversation.reply_count + 1
    elif _is_gone(post) != was_gone:
        changes["gone_count"] = Conversation.gone_count + (1 if _is_gone(post) else -1)
    if changes:
        reply_count = _change(session, post.conversation_id, changes)
        if "reply_count" in changes:
            post.number = reply_count
            session.flush()


def withdraw_all_of(session: Session, person_id: UUID) -> None:
    """Everything that a person wrote, at once: the same as `set_state` of each, with the same counts."""
    rest = select(Post).where(Post.author_id == person_id, Post.state != PostState.WITHDRAWN)
    theirs = session.scalars(rest.with_only_columns(Post.id).order_by(Post.id).with_for_update()).all()
    was_there = Post.state == PostState.PUBLISHED
    is_by_another = or_(
        Conversation.author_id != Post.author_id, Conversation.pseudonym.is_distinct_from(Post.pseudonym)
    )
    conversations = (
        select(
            Post.conversation_id,
            func.count().filter(was_there, Post.is_public, ~Post.is_opening).label("gone"),
            func.count().filter(was_there, is_by_another, ~Post.is_opening).label("answers"),
            func.coalesce(func.sum(Post.useful_count).filter(was_there), 0).label("useful"),
            func.bool_or(Post.is_opening).label("opens"),
        )
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(Post.id.in_(theirs))
        .group_by(Post.conversation_id)
        .subquery()
    )
    whose = select(conversations.c.conversation_id)
    locked = select(Conversation.id).where(Conversation.id.in_(whose)).order_by(Conversation.id)
    session.execute(locked.with_for_update())
    withdrawn = literal(PostState.WITHDRAWN, Conversation.state.type)
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversations.c.conversation_id)
        .values(
            gone_count=Conversation.gone_count + conversations.c.gone,
            answer_count=Conversation.answer_count - conversations.c.answers,
            useful_count=Conversation.useful_count - conversations.c.useful,
            state=case((conversations.c.opens, withdrawn), else_=Conversation.state),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Post)
        .where(Post.id.in_(theirs))
        .values(state=PostState.WITHDRAWN)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _is_gone(post: Post) -> bool:
    """Whether others were shown it once, and now only that there was something."""
    return post.is_public and post.state is not PostState.PUBLISHED


def _change(session: Session, conversation_id: UUID, changes: dict[str, Any]) -> int:
    """How many replies there are now."""
    return session.scalars(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(changes)
        .returning(Conversation.reply_count)
    ).one()
