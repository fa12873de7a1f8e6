"""What pages show of conversations and posts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, func, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.paging import Page, Place
from lti_tool.people.models import Person
from lti_tool.posts.attachments.queries import AttachmentView, attachments_column, attachments_of
from lti_tool.posts.authors import Author, author_columns, author_of
from lti_tool.posts.following.models import FollowLevel
from lti_tool.posts.following.queries import level_column
from lti_tool.posts.marks.queries import Marks, marks_column, marks_of
from lti_tool.posts.models import Conversation, ConversationKind, Post, PostState
from lti_tool.posts.service import access_own_post
from lti_tool.posts.visibility import legible, readable, readable_post, shown_html, title_of

ROWS_A_PAGE = 30
POSTS_A_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """One line of a list."""

    id: UUID
    title: str
    author: Author
    created_at: datetime
    reply_count: int
    last_activity_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One post as it is shown."""

    id: UUID
    author: Author
    created_at: datetime
    body_html: str
    in_reply_to_id: UUID | None
    state: PostState
    state_reason: str | None
    """What staff said; for its author and staff alone."""
    edited_at: datetime | None
    marks: Marks
    in_reply_to: Author | None
    """Whose post it replies to; None where it answers the opening post."""
    attachments: tuple[AttachmentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """A conversation with its opening post."""

    id: UUID
    title: str
    placement_id: UUID
    reply_count: int
    follow_level: FollowLevel | None
    """None where the activity's level holds."""
    opening: PostView


def conversations(
    session: Session,
    actor: Actor,
    *,
    kind: ConversationKind,
    placement_id: UUID | None = None,
    author_id: UUID | None = None,
    after: Place | None = None,
) -> Page[ConversationRow]:
    """A page of a course's (or a placement's, or a person's) conversations, last active first. One query."""
    query = (
        select(
            Conversation.id,
            Conversation,
            Conversation.created_at,
            Conversation.reply_count,
            Conversation.last_activity_at,
            *author_columns(Conversation, Person),
        )
        .join(Person, Person.id == Conversation.author_id)
        .where(readable(actor), Conversation.kind == kind)
        .order_by(Conversation.last_activity_at.desc(), Conversation.id.desc())
        .limit(ROWS_A_PAGE + 1)
    )
    if placement_id:
        query = query.where(Conversation.placement_id == placement_id)
    if author_id:
        query = query.where(Conversation.author_id == author_id)
    if after:
        query = query.where(
            tuple_(Conversation.last_activity_at, Conversation.id) < tuple_(after.at, after.id)
        )
    found = session.execute(query).all()
    rows = [
        ConversationRow(
            id=row.id,
            title=title_of(actor, row.Conversation),
            author=author_of(actor, row),
            created_at=row.created_at,
            reply_count=row.reply_count,
            last_activity_at=row.last_activity_at,
        )
        for row in found[:ROWS_A_PAGE]
    ]
    more = len(found) > ROWS_A_PAGE
    return Page(rows, Place(rows[-1].last_activity_at, rows[-1].id) if more else None)


def conversation_view(session: Session, actor: Actor, conversation: Conversation) -> ConversationView:
    """The conversation with its opening post. One query."""
    row = session.execute(
        _posts(actor)
        .add_columns(level_column(actor).label("follow_level"))
        .where(Post.conversation_id == conversation.id, Post.is_opening.is_(True))
    ).one()
    return ConversationView(
        id=conversation.id,
        title=title_of(actor, conversation),
        placement_id=conversation.placement_id,
        reply_count=conversation.reply_count,
        follow_level=row.follow_level,
        opening=_view(actor, row),
    )


def replies(
    session: Session,
    actor: Actor,
    conversation_id: UUID,
    *,
    from_id: UUID | None = None,
    around_id: UUID | None = None,
) -> Page[PostView]:
    """Fifty posts after the opening one, oldest first. One query.

    They begin with `from_id`, or a little before `around_id`, so that what one came for has its context.
    """
    query = _posts(actor).where(Post.conversation_id == conversation_id, Post.is_opening.is_(False))
    if from_id:
        query = query.where(Post.id >= from_id)
    elif around_id:
        query = query.where(Post.id >= _start_around(conversation_id, around_id))
    found = session.execute(query.order_by(Post.id).limit(POSTS_A_PAGE + 1)).all()
    views = [_view(actor, row) for row in found]
    further = views[POSTS_A_PAGE] if len(views) > POSTS_A_PAGE else None
    return Page(views[:POSTS_A_PAGE], Place(further.created_at, further.id) if further else None)


def _start_around(conversation_id: UUID, around_id: UUID) -> ColumnElement[UUID]:
    """The id of the post some places before `around_id`, or of the first one."""
    before = (
        select(Post.id)
        .where(Post.conversation_id == conversation_id, Post.is_opening.is_(False), Post.id <= around_id)
        .order_by(Post.id.desc())
        .offset(POSTS_A_PAGE // 2)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(before, UUID(int=0))


def reply_in(session: Session, actor: Actor, conversation_id: UUID, post_id: UUID) -> PostView | None:
    """A post of this conversation after its opening one; None for any other id. One query."""
    query = _posts(actor).where(
        Post.id == post_id, Post.conversation_id == conversation_id, Post.is_opening.is_(False)
    )
    row = session.execute(query).one_or_none()
    return _view(actor, row) if row else None


def reply_count(session: Session, conversation_id: UUID) -> int:
    return session.scalars(select(Conversation.reply_count).filter_by(id=conversation_id)).one()


def post_view(session: Session, actor: Actor, post_id: UUID) -> PostView:
    return _view(actor, session.execute(_posts(actor).where(Post.id == post_id)).one())


def _posts(actor: Actor) -> Select[*tuple[Any, ...]]:
    replied_to, replied_to_author = aliased(Post), aliased(Person)
    return (
        select(
            Post.id,
            Post.created_at,
            shown_html(actor).label("body_html"),
            Post.state,
            case((_told_reason(actor), Post.state_reason)).label("state_reason"),
            Post.edited_at,
            marks_column(actor).label("marks"),
            Post.in_reply_to_id,
            attachments_column(actor),
            *author_columns(Post, Person),
            *author_columns(replied_to, replied_to_author, prefix="replied_to"),
        )
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(replied_to, (replied_to.id == Post.in_reply_to_id) & replied_to.is_opening.is_(False))
        .outerjoin(replied_to_author, replied_to_author.id == replied_to.author_id)
        .where(readable_post(actor))
    )


def _told_reason(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role.is_staff else Post.author_id == actor.person_id


def _view(actor: Actor, row: Row[*tuple[Any, ...]]) -> PostView:
    return PostView(
        id=row.id,
        author=author_of(actor, row),
        created_at=row.created_at,
        body_html=row.body_html,
        state=row.state,
        state_reason=row.state_reason,
        edited_at=row.edited_at,
        marks=marks_of(row.marks if row.state is PostState.PUBLISHED else None),
        in_reply_to_id=row.in_reply_to_id,
        in_reply_to=author_of(actor, row, prefix="replied_to") if row.replied_to_id else None,
        attachments=attachments_of(row.attachments),
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPost:
    """A post with the conversation that it stands in, for a page of its own."""

    post: PostView
    conversation_id: UUID
    kind: ConversationKind
    title: str


def own_post(session: Session, actor: Actor, post_id: UUID) -> OwnPost:
    """For the one who wrote it and has not withdrawn it. Two queries."""
    post = access_own_post(session, actor, post_id)
    conversation = session.get_one(Conversation, post.conversation_id)
    return OwnPost(
        id=post.id,
        conversation_id=conversation.id,
        kind=conversation.kind,
        is_opening=post.is_opening,
        revision=post.revision,
        title=conversation.title,
        body=post.body,
        body_html=post.body_html,
    )


def placed_post(session: Session, actor: Actor, post_id: UUID) -> PlacedPost:
    """For who may read its words. One query."""
    row = session.execute(
        _posts(actor).add_columns(Conversation).where(Post.id == post_id, legible(actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return PlacedPost(
        post=_view(actor, row),
        conversation_id=row.Conversation.id,
        kind=row.Conversation.kind,
        title=title_of(actor, row.Conversation),
    )
