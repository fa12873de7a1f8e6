"""Queries for a conversation and its posts."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from lti_tool.acceptance.models import Acceptance
from lti_tool.acceptance.queries import is_accepted_answer
from lti_tool.attachments.queries import attachments_column, attachments_of
from lti_tool.conversation_pages.views import Closing, ConversationView, PostView, Replies, Summing
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.paging import Place
from lti_tool.core.prepared import EITHER_ROLE, ask, asked_by, asker, kept
from lti_tool.core.schedule import MOMENTS, Schedule
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import Shape, shape_of, sides_of
from lti_tool.following.queries import level_column
from lti_tool.marks.queries import marks_column, marks_of
from lti_tool.people.models import Group, Person
from lti_tool.posts.anonymity.queries import anonymity_columns, anonymity_of
from lti_tool.posts.audiences import may_post
from lti_tool.posts.authors import author_columns, author_of
from lti_tool.posts.kinds import kind_of
from lti_tool.posts.models import Conversation, ConversationKind, Post, PostState, ReadState, Synthesis
from lti_tool.posts.order_in_conversation import by_number, newest_first, oldest_first
from lti_tool.posts.reading import Read, read_by
from lti_tool.posts.states import ERASED
from lti_tool.posts.visibility import (
    last_number_in_sight,
    legible,
    readable,
    readable_post,
    readable_within,
    replies_are_open,
    shown_html,
    shown_title,
)

POSTS_A_PAGE = 50
LAST_POSTS = 20
"""Posts to show first in a conversation of more than one page."""
EARLIER_POSTS = 40
_CONTEXT = 5
"""Posts to show before the first unread one."""
_CONVERSATION: BindParameter[UUID] = bindparam("conversation_id")
_POST: BindParameter[UUID] = bindparam("post_id")
_ARE_OPEN: BindParameter[bool] = bindparam("replies_are_open", type_=Boolean)
_REPLIED_TO, _REPLIED_TO_AUTHOR = aliased(Post), aliased(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Where a page of posts starts; by default with the first post."""

    from_id: UUID | None = None
    """With this post."""
    around_id: UUID | None = None
    """A little before this post, to show its context."""
    from_number: int | None = None
    """A little before the post with this number."""
    before_id: UUID | None = None
    """The page ends before this post."""
    at_end: bool = False
    """The page ends with the last post."""

    @property
    def by(self) -> str | None:
        """The name of the field that is set."""
        return next((it.name for it in fields(self) if getattr(self, it.name)), None)


def conversation_view(
    session: Session, actor: Actor, conversation_id: UUID, kind: ConversationKind
) -> ConversationView:
    """The conversation with its opening post and the actor's reading state. One query.

    Raises NotFoundError for who may not read it.
    """
    asked = asked_by(actor, conversation_id=conversation_id, kind=kind)
    found = ask(session, _conversation(is_staff=actor.role.is_staff), asked)
    if not found:
        raise NotFoundError
    (row,) = found
    read = _read(row)
    closed = row.closed_at is not None
    schedule = Schedule(**{name: getattr(row, name) for name in MOMENTS})
    opening, shape = _view(actor, row, read), shape_of(row.settings)
    takes_answers = kind_of(kind).takes_answers or shape is Shape.QUESTION
    return ConversationView(
        id=row.conversation_id,
        title=row.title,
        placement_id=row.placement_id,
        shape=shape,
        sides=sides_of(row.settings),
        reply_count=row.reply_count if row.replies_are_open else 0,
        last_number=row.last_number if row.replies_are_open else 0,
        replies_are_open=row.replies_are_open,
        follow_level=row.follow_level,
        anonymity=anonymity_of(actor, row),
        opening=opening,
        tags=row.tags,
        is_pinned=row.pin_slot is not None,
        closing=Closing(row.closed_at, row.closed_by_author, row.closed_reason) if closed else None,
        summing=Summing(row.synthesis_id, row.draws_on) if row.synthesis_id else None,
        accepts=takes_answers and (actor.role.is_staff or opening.author.is_self),
        accepted_id=row.accepted_id if takes_answers else None,
        accepted_by_asker=bool(row.accepted_by_asker),
        group_id=row.group_id,
        group_name=row.group_name or "",
        gallery_at=row.gallery_at if row.group_id else None,
        may_post=row.may_post,
        schedule=schedule,
        is_open_now=not kind_of(kind).follows_schedule or actor.may_write(schedule),
        read=read,
    )


@kept(is_staff=EITHER_ROLE)
def _conversation(*, is_staff: bool) -> Select[*tuple[Any, ...]]:
    them = asker(is_staff=is_staff)
    return (
        select(
            Conversation.id.label("conversation_id"),
            shown_title(them),
            level_column(them).label("follow_level"),
            Conversation.placement_id,
            Placement.settings,
            (Conversation.reply_count - Conversation.gone_count).label("reply_count"),
            Conversation.reply_count.label("last_number"),
            replies_are_open(them).label("replies_are_open"),
            Conversation.tags,
            Conversation.pin_slot,
            Conversation.closed_at,
            (Conversation.closed_by_id == Conversation.author_id).label("closed_by_author"),
            Conversation.closed_reason,
            Synthesis.post_id.label("synthesis_id"),
            Synthesis.draws_on,
            Acceptance.post_id.label("accepted_id"),
            (Acceptance.person_id == Conversation.author_id).label("accepted_by_asker"),
            Conversation.group_id,
            Group.name.label("group_name"),
            Placement.gallery_at,
            *(getattr(Placement, name) for name in MOMENTS),
            may_post(them).label("may_post"),
            ReadState.read_to,
            ReadState.ahead,
            ReadState.unread,
            ReadState.read_at,
            *anonymity_columns(them),
            *_columns(them),
        )
        .join(Post, and_(Post.conversation_id == Conversation.id, Post.is_opening))
        .join(Placement, Placement.id == Conversation.placement_id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(ReadState, read_by(them))
        .outerjoin(Synthesis, Synthesis.conversation_id == Conversation.id)
        .outerjoin(Acceptance, is_accepted_answer())
        .outerjoin(Group, Group.id == Conversation.group_id)
        .where(Conversation.id == _CONVERSATION, Conversation.kind == bindparam("kind"))
        # All readers of the conversation can see its opening post, even if its replies are not open.
        .where(readable(them), readable_within(them, true()))
    )


def _read(row: Row[*tuple[Any, ...]]) -> Read:
    if row.read_at is None:
        return Read()
    return Read(row.read_to, frozenset(row.ahead), frozenset(row.unread), row.read_at)


def replies(
    session: Session,
    actor: Actor,
    conversation: ConversationView,
    begin: Begin,
    read: Read | None = None,
    *,
    side: int | None = None,
) -> Replies:
    """A page of replies, or of one side of a debate. One query, however many there are."""
    begins_by = begin.by
    asked = _asked_within(actor, conversation)
    if begins_by:
        asked["begin"] = getattr(begin, begins_by)
    query = _page_of(begins_by, is_staff=actor.role.is_staff)
    if side is not None:
        query = query.where(Post.side == side)
    found = ask(session, query, asked)
    if begins_by == "at_end":
        return _page(actor, found[::-1], None, read)
    if begins_by == "before_id":
        is_there = bool(found) and found[0].id == begin.before_id
        earlier, further = (found[1:], found[0]) if is_there else (found, None)
        return _page(actor, earlier[::-1], further, read)
    return _page(actor, found[:POSTS_A_PAGE], next(iter(found[POSTS_A_PAGE:]), None), read)


_BEGINNINGS = (None, "from_id", "around_id", "from_number", "before_id", "at_end")


@kept(begins_by=_BEGINNINGS, is_staff=EITHER_ROLE)
def _page_of(begins_by: str | None, *, is_staff: bool) -> Select[*tuple[Any, ...]]:
    replies = _replies(is_staff=is_staff)
    begin: BindParameter[Any] = bindparam("begin")
    if begins_by == "at_end":
        return newest_first(replies, _CONVERSATION).limit(LAST_POSTS)
    if begins_by == "before_id":
        return newest_first(replies.where(Post.id <= begin), _CONVERSATION).limit(EARLIER_POSTS + 1)
    query = oldest_first(replies, _CONVERSATION)
    if begins_by == "from_id":
        query = query.where(Post.id >= begin)
    elif begins_by == "around_id":
        query = query.where(Post.id >= _start_around(begin))
    elif begins_by == "from_number":
        query = query.where(Post.id >= _start_at(begin))
    return query.limit(POSTS_A_PAGE + 1)


def _page(
    actor: Actor,
    found: Sequence[Row[*tuple[Any, ...]]],
    further: Row[*tuple[Any, ...]] | None,
    read: Read | None,
) -> Replies:
    rows = [_view(actor, row, read) for row in found]
    # The number alone does not show the position of a post that was published late.
    earlier = min((row.number for row in rows if row.number), default=1) - 1
    return Replies(rows, earlier, Place(further.created_at, further.id) if further else None)


def _start_around(around_id: ColumnElement[UUID], context: int = POSTS_A_PAGE // 2) -> ColumnElement[UUID]:
    """The id of the post some places before `around_id`, or of the first post."""
    up_to = select(Post.id).where(Post.is_opening.is_(False), Post.id <= around_id)
    before = newest_first(up_to, _CONVERSATION).offset(context).limit(1)
    return func.coalesce(before.scalar_subquery(), UUID(int=0))


def _start_at(number: ColumnElement[int]) -> ColumnElement[UUID]:
    """By position, which differs from the number for posts that were published late."""
    there = select(Post.id).where(Post.conversation_id == _CONVERSATION, Post.number == number)
    return _start_around(there.scalar_subquery(), _CONTEXT)


def new_replies(
    session: Session, actor: Actor, conversation: ConversationView, *, after_number: int, read: Read
) -> Sequence[PostView]:
    """Up to fifty posts after the one with this number. One query."""
    asked = _asked_within(actor, conversation, after_number=after_number)
    found = ask(session, _new_replies(is_staff=actor.role.is_staff), asked)
    return [_view(actor, row, read) for row in found]


@kept(is_staff=EITHER_ROLE)
def _new_replies(*, is_staff: bool) -> Select[*tuple[Any, ...]]:
    newer = _replies(is_staff=is_staff).where(Post.number > bindparam("after_number"))
    return by_number(newer, _CONVERSATION).limit(POSTS_A_PAGE)


def reply_in(
    session: Session, actor: Actor, conversation: ConversationView, post_id: UUID
) -> PostView | None:
    """A reply of this conversation; None for any other id. One query."""
    asked = _asked_within(actor, conversation, post_id=post_id)
    found = ask(session, _reply(is_staff=actor.role.is_staff), asked)
    return _view(actor, found[0]) if found else None


@kept(is_staff=EITHER_ROLE)
def _reply(*, is_staff: bool) -> Select[*tuple[Any, ...]]:
    return _replies(is_staff=is_staff).where(Post.id == _POST, Post.conversation_id == _CONVERSATION)


def last_number(session: Session, actor: Actor, conversation_id: UUID, kind: ConversationKind) -> int:
    """The newest reply's number: the only query of a page that asks for news."""
    count = session.scalar(
        select(last_number_in_sight(actor)).where(
            Conversation.id == conversation_id, Conversation.kind == kind, readable(actor)
        )
    )
    if count is None:
        raise NotFoundError
    return count


def post_view(session: Session, actor: Actor, post_id: UUID) -> PostView:
    asked = asked_by(actor, post_id=post_id)
    (row,) = ask(session, _post(is_staff=actor.role.is_staff), asked)
    return _view(actor, row)


@kept(is_staff=EITHER_ROLE)
def _post(*, is_staff: bool) -> Select[*tuple[Any, ...]]:
    them = asker(is_staff=is_staff)
    return (
        _posts(them)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(Post.id == _POST, readable_post(them))
    )


def _columns(actor: Actor) -> Sequence[Any]:
    """Columns of a post without the author it replies to."""
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
        Post.side,
        Post.stage,
        attachments_column(actor),
        *author_columns(Post, Person),
    ]


def _replies(*, is_staff: bool) -> Select[*tuple[Any, ...]]:
    """Replies that the actor may read, of a conversation given as a parameter.

    Asked with `_asked_within`, as only one who may read the conversation has its view.
    """
    them = asker(is_staff=is_staff)
    return _posts(them).where(Post.is_opening.is_(False), readable_within(them, _ARE_OPEN))


def _asked_within(actor: Actor, conversation: ConversationView, **more: Any) -> dict[str, Any]:
    return asked_by(
        actor, conversation_id=conversation.id, replies_are_open=conversation.replies_are_open, **more
    )


def _posts(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(*_columns(actor), *author_columns(_REPLIED_TO, _REPLIED_TO_AUTHOR, prefix="replied_to"))
        .join(Person, Person.id == Post.author_id)
        .outerjoin(_REPLIED_TO, (_REPLIED_TO.id == Post.in_reply_to_id) & _REPLIED_TO.is_opening.is_(False))
        .outerjoin(_REPLIED_TO_AUTHOR, _REPLIED_TO_AUTHOR.id == _REPLIED_TO.author_id)
    )


def _told_reason(actor: Actor) -> ColumnElement[bool]:
    if actor.role.is_staff:
        return true()
    is_erased = and_(Post.state == PostState.WITHDRAWN, Post.state_reason == ERASED)
    return or_(Post.author_id == actor.person_id, is_erased)


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
        side=row.side,
        stage=row.stage,
        in_reply_to=author_of(actor, row, prefix="replied_to") if answered else None,
        is_unread=read is not None and not read.has(row.number),
        attachments=attachments_of(row.attachments),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPost:
    """A post with its conversation, for a page of its own."""

    post: PostView
    conversation_id: UUID
    kind: ConversationKind
    title: str


def placed_post(session: Session, actor: Actor, post_id: UUID) -> PlacedPost:
    """The post, for people who may read its text. One query."""
    row = session.execute(
        _posts(actor)
        .add_columns(Conversation.id.label("conversation_id"), Conversation.kind, shown_title(actor))
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(Post.id == post_id, readable_post(actor), legible(actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return PlacedPost(
        post=_view(actor, row),
        conversation_id=row.conversation_id,
        kind=row.kind,
        title=row.title,
    )
