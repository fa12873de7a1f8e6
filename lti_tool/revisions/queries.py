"""Queries for the history of a post."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import Shape, shape_of
from lti_tool.posts.models import Conversation, Post, PostState
from lti_tool.posts.service import to_html
from lti_tool.posts.visibility import readable_post
from lti_tool.revisions.differences import Part, difference
from lti_tool.revisions.models import PostRevision

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One edit: its time and its differences."""

    at: datetime
    what_changed: str
    """The author's note."""
    title: Sequence[Part]
    """Empty if the title did not change."""
    body: Sequence[Part]


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """An answer as it was before its author saw the others."""

    written_at: datetime
    body_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The versions of a post, newest edit first."""

    post: Post
    conversation: Conversation
    changes: Sequence[Change]
    """The last ten edits."""
    older: int
    """The number of edits before these."""
    first: FirstAnswer | None
    """Only in answer-first threads; None if the answer was never changed."""


def history(session: Session, actor: Actor, post_id: UUID) -> History:
    """The history, for readers of the post; of a withdrawn post for staff only. Two queries."""
    found = session.execute(
        select(Post, Conversation, Placement.settings, PostRevision)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Placement, Placement.id == Conversation.placement_id)
        .outerjoin(PostRevision, and_(PostRevision.post_id == Post.id, PostRevision.number == 1))
        .where(Post.id == post_id, readable_post(actor))
    ).one_or_none()
    if found is None or not _may_read(actor, found.Post):
        raise NotFoundError
    post, conversation, settings, first = found
    is_compared = first and not post.is_opening and shape_of(settings) is Shape.ANSWER_FIRST
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
        first=_first(session, actor, conversation, first) if is_compared else None,
    )


def _first(session: Session, actor: Actor, conversation: Conversation, revision: PostRevision) -> FirstAnswer:
    html = to_html(session, actor, revision.body, group_id=conversation.group_id)
    return FirstAnswer(revision.written_at, html)


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
            what_changed=row.what_changed,
            title=difference(old[0] or "", new[0] or "") if old[0] != new[0] else (),
            body=difference(old[1], new[1]),
        )
        for (new, old), row in zip(pairwise(texts), kept, strict=True)
    ]
