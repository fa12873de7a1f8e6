"""What the history of a post shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.posts.models import Conversation, Post, PostState
from lti_tool.posts.revisions.differences import Part, difference
from lti_tool.posts.revisions.models import PostRevision
from lti_tool.posts.visibility import readable_post

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One edit: when, and what it did."""

    at: datetime
    title: Sequence[Part]
    """Empty where it stayed as it was."""
    body: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A post's texts, newest change first."""

    post: Post
    conversation: Conversation
    changes: Sequence[Change]
    """The last ten."""
    older: int
    """How many there are before these."""


def history(session: Session, actor: Actor, post_id: UUID) -> History:
    """For who may read the post; of a withdrawn one for staff alone. Two queries."""
    found = session.execute(
        select(Post, Conversation)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(Post.id == post_id, readable_post(actor))
    ).one_or_none()
    if found is None or not _may_read(actor, found.Post):
        raise NotFoundError
    post, conversation = found
    rows = session.execute(
        select(PostRevision, func.count().over())
        .where(PostRevision.post_id == post.id)
        .order_by(PostRevision.number.desc())
        .limit(MOST_SHOWN)
    ).all()
    kept = [row for row, _ in rows]
    return History(
        post=post,
        conversation=conversation,
        changes=_changes(post, conversation, kept),
        older=rows[0][1] - len(rows) if rows else 0,
    )


def _may_read(actor: Actor, post: Post) -> bool:
    if actor.role.is_staff or post.state is PostState.PUBLISHED:
        return True
    return post.state is not PostState.WITHDRAWN and post.author_id == actor.person_id


def _changes(post: Post, conversation: Conversation, kept: Sequence[PostRevision]) -> Sequence[Change]:
    texts = [(conversation.title if post.is_opening else None, post.body)]
    texts += [(row.title, row.body) for row in kept]
    return [
        Change(
            at=row.created_at,
            title=difference(old[0] or "", new[0] or "") if old[0] != new[0] else (),
            body=difference(old[1], new[1]),
        )
        for (new, old), row in zip(pairwise(texts), kept, strict=True)
    ]
