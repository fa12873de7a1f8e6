"""What pages show of a conversation and its posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, case, func, select, true
from sqlalchemy.orm import Session, aliased

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.paging import Place
from lti_tool.core.schedule import Schedule
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import Shape, shape_of
from lti_tool.people.models import Group, Person
from lti_tool.posts.anonymity.queries import Anonymity, anonymity_columns, anonymity_of
from lti_tool.posts.attachments.queries import AttachmentView, attachments_column, attachments_of
from lti_tool.posts.authors import Author, author_columns, author_of
from lti_tool.posts.following.models import FollowLevel
from lti_tool.posts.following.queries import level_column
from lti_tool.posts.groups import may_post
from lti_tool.posts.marks.queries import Marks, marks_column, marks_of
from lti_tool.posts.models import Conversation, ConversationKind, Post, PostState, ReadState, Synthesis
from lti_tool.posts.reading import Read, read_by
from lti_tool.posts.service import access_own_post
from lti_tool.posts.visibility import (
    last_number_in_sight,
    legible,
    readable,
    readable_post,
    replies_are_open,
    shown_html,
    title_of,
)

POSTS_A_PAGE = 50
LAST_POSTS = 20
"""Of a conversation with more than a page: those that one sees first."""
EARLIER_POSTS = 40
_CONTEXT = 5
"""How many posts stand before the first unread one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One post as it is shown."""

    id: UUID
    number: int | None
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
    is_unread: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a conversation takes no more posts."""

    at: datetime
    by_author: bool
    """By who began it; else by staff."""
    reason: str


@dataclass(frozen=True, slots=True)
class Summing:
    """Which post sums the conversation up, and what it draws on."""

    post_id: UUID
    draws_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """A conversation with its opening post."""

    id: UUID
    title: str
    placement_id: UUID
    shape: Shape
    reply_count: int
    """Of those to read, as far as the reader may know of them."""
    last_number: int
    """The newest reply's, as far as the reader may know of it."""
    replies_are_open: bool
    """Whether others' replies are there for the reader by now."""
    follow_level: FollowLevel | None
    """None where the activity's level holds."""
    anonymity: Anonymity | None
    """None where the actor posts under their name."""
    opening: PostView
    tags: Sequence[str]
    is_pinned: bool
    closing: Closing | None
    summing: Summing | None
    group_id: UUID | None
    group_name: str
    """Whose it is; empty for the whole course."""
    gallery_at: datetime | None
    """From when other groups read it too."""
    may_post: bool
    """Whether the actor is among those whose it is, or is let in by them."""
    schedule: Schedule
    """Its activity's."""
    is_open_now: bool
    """Whether that lets the actor write by now."""
    read: Read

    @property
    def takes_posts(self) -> bool:
        """Whether the actor can post to it now."""
        return self.closing is None and self.may_post and self.is_open_now

    @property
    def is_in_gallery(self) -> bool:
        """Whether all groups read it by now."""
        return self.gallery_at is not None and self.gallery_at <= clock.now()


@dataclass(frozen=True, slots=True)
class Replies:
    """Some posts after the opening one, oldest first."""

    rows: Sequence[PostView]
    earlier: int
    """How many stand before them."""
    next: Place | None
    """The first of those after them; None where these are the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Where a page of posts begins; without any of these with the first post."""

    from_id: UUID | None = None
    """With this one."""
    around_id: UUID | None = None
    """A little before this one, so that what one came for has its context."""
    from_number: int | None = None
    """A little before the post of this number."""
    before_id: UUID | None = None
    """It ends before this one."""
    at_end: bool = False
    """It ends with the last one."""


def conversation_view(
    session: Session, actor: Actor, conversation_id: UUID, kind: ConversationKind
) -> ConversationView:
    """The conversation with its opening post and what the actor has read of it. One query.

    Raises NotFoundError for who may not read it.
    """
    row = session.execute(
        select(
            Conversation.id.label("conversation_id"),
            Conversation,
            level_column(actor).label("follow_level"),
            Conversation.placement_id,
            Placement.settings,
            # The columns, as the row that this session holds may be older.
            (Conversation.reply_count - Conversation.gone_count).label("reply_count"),
            Conversation.reply_count.label("last_number"),
            replies_are_open(actor).label("replies_are_open"),
            Conversation.tags,
            Conversation.pin_slot,
            Conversation.closed_at,
            (Conversation.closed_by_id == Conversation.author_id).label("closed_by_author"),
            Conversation.closed_reason,
            Synthesis.post_id.label("synthesis_id"),
            Synthesis.draws_on,
            Conversation.group_id,
            Group.name.label("group_name"),
            Placement.gallery_at,
            Placement.opens_at,
            Placement.closes_at,
            may_post(actor).label("may_post"),
            ReadState.read_to,
            ReadState.ahead,
            ReadState.unread,
            ReadState.read_at,
            *anonymity_columns(actor),
            *_columns(actor),
        )
        .join(Post, and_(Post.conversation_id == Conversation.id, Post.is_opening))
        .join(Placement, Placement.id == Conversation.placement_id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(ReadState, read_by(actor))
        .outerjoin(Synthesis, Synthesis.conversation_id == Conversation.id)
        .outerjoin(Group, Group.id == Conversation.group_id)
        .where(Conversation.id == conversation_id, Conversation.kind == kind, readable_post(actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    read = _read(row)
    closed = row.closed_at is not None
    schedule = Schedule(opens_at=row.opens_at, closes_at=row.closes_at)
    return ConversationView(
        id=row.conversation_id,
        title=title_of(actor, row.Conversation),
        placement_id=row.placement_id,
        shape=shape_of(row.settings),
        reply_count=row.reply_count if row.replies_are_open else 0,
        last_number=row.last_number if row.replies_are_open else 0,
        replies_are_open=row.replies_are_open,
        follow_level=row.follow_level,
        anonymity=anonymity_of(actor, row),
        opening=_view(actor, row, read),
        tags=row.tags,
        is_pinned=row.pin_slot is not None,
        closing=Closing(row.closed_at, row.closed_by_author, row.closed_reason) if closed else None,
        summing=Summing(row.synthesis_id, row.draws_on) if row.synthesis_id else None,
        group_id=row.group_id,
        group_name=row.group_name or "",
        gallery_at=row.gallery_at if row.group_id else None,
        may_post=row.may_post,
        schedule=schedule,
        is_open_now=kind is not ConversationKind.THREAD or actor.may_write(schedule),
        read=read,
    )


def _read(row: Row[*tuple[Any, ...]]) -> Read:
    if row.read_at is None:
        return Read()
    return Read(row.read_to, frozenset(row.ahead), frozenset(row.unread), row.read_at)


def replies(
    session: Session, actor: Actor, conversation_id: UUID, begin: Begin, read: Read | None = None
) -> Replies:
    """A page of the posts after the opening one. One query, however many there are."""
    query = _replies(actor, conversation_id)
    if begin.at_end or begin.before_id:
        return _ending(session, actor, query, begin, read)
    if begin.from_id:
        query = query.where(Post.id >= begin.from_id)
    elif begin.around_id:
        query = query.where(Post.id >= _start_around(conversation_id, begin.around_id))
    elif begin.from_number:
        query = query.where(Post.id >= _start_at(conversation_id, begin.from_number))
    found = session.execute(query.order_by(Post.id).limit(POSTS_A_PAGE + 1)).all()
    further = found[POSTS_A_PAGE] if len(found) > POSTS_A_PAGE else None
    return _page(actor, found[:POSTS_A_PAGE], further, read)


def _ending(
    session: Session, actor: Actor, query: Select[*tuple[Any, ...]], begin: Begin, read: Read | None
) -> Replies:
    """The posts that end where one begins to look backwards."""
    count = LAST_POSTS if begin.at_end else EARLIER_POSTS
    if begin.before_id:
        query = query.where(Post.id <= begin.before_id)
        count += 1
    found = session.execute(query.order_by(Post.id.desc()).limit(count)).all()[::-1]
    if begin.before_id and found and found[-1].id == begin.before_id:
        return _page(actor, found[:-1], found[-1], read)
    return _page(actor, found, None, read)


def _page(
    actor: Actor,
    found: Sequence[Row[*tuple[Any, ...]]],
    further: Row[*tuple[Any, ...]] | None,
    read: Read | None,
) -> Replies:
    rows = [_view(actor, row, read) for row in found]
    # Which one that was published late is not told by its own.
    earlier = min((row.number for row in rows if row.number), default=1) - 1
    return Replies(rows, earlier, Place(further.created_at, further.id) if further else None)


def _start_around(
    conversation_id: UUID, around_id: UUID | ScalarSelect[UUID], context: int = POSTS_A_PAGE // 2
) -> ColumnElement[UUID]:
    """The id of the post some places before `around_id`, or of the first one."""
    before = (
        select(Post.id)
        .where(Post.conversation_id == conversation_id, Post.is_opening.is_(False), Post.id <= around_id)
        .order_by(Post.id.desc())
        .offset(context)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(before, UUID(int=0))


def _start_at(conversation_id: UUID, number: int) -> ColumnElement[UUID]:
    """By its place, which is not its number's where it was published late."""
    there = select(Post.id).filter_by(conversation_id=conversation_id, number=number).scalar_subquery()
    return _start_around(conversation_id, there, _CONTEXT)


def new_replies(
    session: Session, actor: Actor, conversation_id: UUID, *, after_number: int, read: Read
) -> Sequence[PostView]:
    """At most fifty that were posted after the one of this number. One query."""
    query = _replies(actor, conversation_id).where(Post.number > after_number)
    found = session.execute(query.order_by(Post.number).limit(POSTS_A_PAGE)).all()
    return [_view(actor, row, read) for row in found]


def reply_in(session: Session, actor: Actor, conversation_id: UUID, post_id: UUID) -> PostView | None:
    """A post of this conversation after its opening one; None for any other id. One query."""
    row = session.execute(_replies(actor, conversation_id).where(Post.id == post_id)).one_or_none()
    return _view(actor, row) if row else None


def last_number(session: Session, actor: Actor, conversation_id: UUID, kind: ConversationKind) -> int:
    """The newest reply's by now: the one query of a page that asks whether there is news."""
    count = session.scalar(
        select(last_number_in_sight(actor)).where(
            Conversation.id == conversation_id, Conversation.kind == kind, readable(actor)
        )
    )
    if count is None:
        raise NotFoundError
    return count


def post_view(session: Session, actor: Actor, post_id: UUID) -> PostView:
    return _view(actor, session.execute(_posts(actor).where(Post.id == post_id)).one())


def _columns(actor: Actor) -> Sequence[Any]:
    """Of a post that nobody is named in as answered."""
    return [
        Post.id,
        Post.number,
        Post.created_at,
        shown_html(actor).label("body_html"),
        Post.state,
        case((_told_reason(actor), Post.state_reason)).label("state_reason"),
        Post.edited_at,
        marks_column(actor).label("marks"),
        Post.in_reply_to_id,
        attachments_column(actor),
        *author_columns(Post, Person),
    ]


def _replies(actor: Actor, conversation_id: UUID) -> Select[*tuple[Any, ...]]:
    return _posts(actor).where(Post.conversation_id == conversation_id, Post.is_opening.is_(False))


def _posts(actor: Actor) -> Select[*tuple[Any, ...]]:
    replied_to, replied_to_author = aliased(Post), aliased(Person)
    return (
        select(*_columns(actor), *author_columns(replied_to, replied_to_author, prefix="replied_to"))
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(replied_to, (replied_to.id == Post.in_reply_to_id) & replied_to.is_opening.is_(False))
        .outerjoin(replied_to_author, replied_to_author.id == replied_to.author_id)
        .where(readable_post(actor))
    )


def _told_reason(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role.is_staff else Post.author_id == actor.person_id


def _view(actor: Actor, row: Row[*tuple[Any, ...]], read: Read | None = None) -> PostView:
    answered = getattr(row, "replied_to_id", None)
    return PostView(
        id=row.id,
        number=row.number,
        author=author_of(actor, row),
        created_at=row.created_at,
        body_html=row.body_html,
        state=row.state,
        state_reason=row.state_reason,
        edited_at=row.edited_at,
        marks=marks_of(row.marks if row.state is PostState.PUBLISHED else None),
        in_reply_to_id=row.in_reply_to_id,
        in_reply_to=author_of(actor, row, prefix="replied_to") if answered else None,
        is_unread=read is not None and not read.has(row.number),
        attachments=attachments_of(row.attachments),
    )


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
    is_answer_first: bool
    """Whether it answers where others' answers are seen after one's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPost:
    """A post with the conversation that it stands in, for a page of its own."""

    post: PostView
    conversation_id: UUID
    kind: ConversationKind
    title: str


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
        is_answer_first=not post.is_opening and shape_of(placement.settings) is Shape.ANSWER_FIRST,
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
