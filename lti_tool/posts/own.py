"""What somebody is shown of their own posts, to change them or to come back to them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import asks_what_changed, shape_of
from lti_tool.posts.models import Conversation, ConversationKind, Post, PostState
from lti_tool.posts.service import access_own_post


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """The reader's first reply in a conversation."""

    id: UUID
    is_revised: bool


def own_answer(session: Session, actor: Actor, conversation_id: UUID) -> OwnAnswer | None:
    """The first that the actor posted there and that others see. One query."""
    row = session.execute(
        select(Post.id, Post.revision)
        .filter_by(conversation_id=conversation_id, author_id=actor.person_id, is_opening=False)
        .filter_by(state=PostState.PUBLISHED)
        .order_by(Post.id)
        .limit(1)
    ).one_or_none()
    return OwnAnswer(row.id, row.revision > 1) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPost:
    """A post as its author changes it."""

    id: UUID
    conversation_id: UUID
    kind: ConversationKind
    is_opening: bool
    revision: int
    title: str
    body: str
    body_html: str
    asks_what_changed: bool
    """Whether there is something to have changed one's mind: others' answers, or having argued both sides."""


def own_post(session: Session, actor: Actor, post_id: UUID) -> OwnPost:
    """For the one who wrote it and has not withdrawn it. Three queries."""
    post = access_own_post(session, actor, post_id)
    conversation = session.get_one(Conversation, post.conversation_id)
    placement = session.get_one(Placement, conversation.placement_id)
    return OwnPost(
        id=post.id,
        conversation_id=conversation.id,
        kind=conversation.kind,
        is_opening=post.is_opening,
        revision=post.revision,
        title=conversation.title,
        body=post.body,
        body_html=post.body_html,
        asks_what_changed=not post.is_opening
        and asks_what_changed(shape_of(placement.settings), placement.schedule),
    )
