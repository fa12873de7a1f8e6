"""Lists of conversations, with filters and orders, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from lti_tool.acceptance.queries import has_accepted_answer
from lti_tool.conversation_pages.ordering import ALL, OPENING, Known, Sort
from lti_tool.core.actor import Actor
from lti_tool.core.paging import Place
from lti_tool.core.prepared import EITHER_ROLE, ask, asked_by, asker, kept
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import Shape, placements_of_shape
from lti_tool.following.queries import following
from lti_tool.people.models import Group, Person
from lti_tool.posts.authors import Author, author_columns, author_of
from lti_tool.posts.models import Conversation, ConversationKind, ReadState
from lti_tool.posts.reading import read_by, unread_count, unread_opening
from lti_tool.posts.visibility import (
    readable,
    replies_are_closed,
    replies_are_open,
    shown_title,
)

ROWS_A_PAGE = 30
MOST_SCANNED = 1000
"""Rows that a page scans for matches; the next page continues from there."""
_RECENT, _TAGS_SHOWN = 200, 12


class Show(StrEnum):
    """Filters of a list."""

    ALL = "all"
    UNREAD = "unread"
    UNANSWERED = "unanswered"
    MINE = "mine"
    FOLLOWING = "following"
    OPEN = "open"
    """Questions without an accepted answer."""
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The request for a list."""

    whole_course: bool = False
    show: Show = Show.ALL
    sort: Sort = Sort.ACTIVITY
    tag: str | None = None
    group_id: UUID | None = None
    after: Place | None = None
    after_answered: bool = False
    """Whether the last row of the page before has a reply."""
    after_useful: int = 0
    """The number of useful marks of that row."""

    @property
    def is_plain(self) -> bool:
        """Whether no filter is set."""
        return self.show is Show.ALL and self.tag is None and self.group_id is None

    @property
    def is_sifted(self) -> bool:
        """Whether rows have to be checked one by one."""
        looked_at = {Show.UNREAD, Show.FOLLOWING, Show.OPEN, Show.ANSWERED}
        return self.show in looked_at or self.tag is not None

    @property
    def has_pins(self) -> bool:
        """Whether pinned threads are shown above; pins belong to an activity."""
        return self.is_plain and not self.whole_course

    @property
    def form(self) -> "Wanted":
        """The request without its values, which are query parameters: the key for a kept query."""
        return replace(
            self,
            tag=None if self.tag is None else "",
            group_id=None if self.group_id is None else UUID(int=0),
            after=None if self.after is None else Place(datetime.min.replace(tzinfo=UTC), UUID(int=0)),
            after_answered=False,
            after_useful=0,
        )


_FULL = Wanted(tag="x", group_id=UUID(int=0), after=Place(datetime.min.replace(tzinfo=UTC), UUID(int=0))).form
_FORMS = [replace(_FULL, show=show, whole_course=whole) for show in Show for whole in (True, False)]
"""A form of request for each filter, with every condition set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """One row of a list."""

    id: UUID
    title: str
    author: Author
    created_at: datetime
    reply_count: int
    """Number of replies that the reader can see."""
    last_number: int
    """The newest reply's number, as far as the reader can see it."""
    replies_are_open: bool
    """Whether the reader can see others' replies now."""
    last_activity_at: datetime
    unread: int
    tags: Sequence[str]
    is_pinned: bool
    is_closed: bool
    is_answered: bool
    """Whether its question has a visible accepted answer."""
    group_name: str
    """The group that it belongs to; empty for the whole course."""


@dataclass(frozen=True, slots=True)
class ConversationList:
    """A page of rows, and the place where the next page starts (None after the last page)."""

    rows: Sequence[ConversationRow]
    next: Place | None = None
    next_answered: bool = False
    next_useful: int = 0


def conversations(session: Session, actor: Actor, kind: ConversationKind, wanted: Wanted) -> ConversationList:
    """A page of the requested conversations. One query."""
    query = _list(wanted.form, is_staff=actor.role.is_staff)
    return _page(actor, ask(session, query, _asked(actor, kind, wanted)))


# Built once for each combination of filters and orders, because building takes longer than running it.
@kept(wanted=_FORMS, is_staff=EITHER_ROLE)
def _list(wanted: Wanted, *, is_staff: bool) -> Select[*tuple[Any, ...]]:
    them = asker(is_staff=is_staff)
    found = _found(them, wanted).cte("found")
    return (
        _rows(them, found.c.is_open)
        .add_columns(found.c.fits, found.c.rank)
        .join(found, found.c.id == Conversation.id)
        .order_by(found.c.rank)
    )


def _asked(actor: Actor, kind: ConversationKind, wanted: Wanted, **more: Any) -> dict[str, Any]:
    """The parameters of a query for this request."""
    place = wanted.after
    return asked_by(
        actor,
        kind=kind,
        placement_id=actor.placement_id,
        group_id=wanted.group_id,
        tags=[wanted.tag],
        after_at=place.at if place else None,
        after_id=place.id if place else None,
        after_unanswered=not wanted.after_answered,
        after_useful=wanted.after_useful,
        **more,
    )


def _found(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The ids of a page's rows with their ranks, and of the last scanned row."""
    scanned = _scanned(actor, wanted).subquery()
    # Ordered by the keys, not by the ranks, which PostgreSQL does not know to be equal: so it stops
    # as soon as the page is full.
    order = [scanned.c[at].desc() for at in range(len(ALL.keys(wanted.sort)))]
    return (
        select(scanned.c.id, scanned.c.is_open, scanned.c.fits, scanned.c.rank)
        .where(or_(scanned.c.fits, scanned.c.rank == MOST_SCANNED))
        .order_by(*order)
        .limit(ROWS_A_PAGE + 1)
    )


def _scanned(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The ids of the rows that a page scans, with their keys, matches and ranks."""
    limit = MOST_SCANNED if wanted.is_sifted else ROWS_A_PAGE + 1
    plain = _part(actor, wanted, ALL).order_by(*(key.desc() for key in ALL.keys(wanted.sort))).limit(limit)
    parts = [plain]
    if not actor.role.is_staff:
        parts = [plain.where(replies_are_open(actor)), _closed(actor, wanted)]
    both = union_all(*parts).subquery()
    *keys, is_open, fits = both.c
    order = [key.desc() for key in keys]
    rank = func.row_number().over(order_by=order)
    query = select(*keys[:-1], keys[-1].label("id"), is_open, fits, rank.label("rank"))
    return query.order_by(*order).limit(limit)


def _closed(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Threads in which the actor has to answer first, ordered as if they had no replies.

    They are few, found by their activities, while an index has the others in order. Activity by activity
    (PostgreSQL joins nothing into what has an offset): most courses have no such activity, and then nothing
    that the actor ever answered is looked up.
    """
    activities = placements_of_shape(actor.course_id, Shape.ANSWER_FIRST)
    if not wanted.whole_course:
        activities = activities.where(Placement.id == bindparam("placement_id"))
    activity = activities.subquery()
    theirs = _part(actor, wanted, OPENING).where(
        replies_are_closed(actor), Conversation.placement_id == activity.c.id
    )
    closed = theirs.correlate(activity).offset(0).lateral()
    found = select(*closed.c).select_from(activity).join(closed, true())
    return select(*found.cte("closed").prefix_with("MATERIALIZED").c)


def _part(actor: Actor, wanted: Wanted, known: Known) -> Select[*tuple[Any, ...]]:
    keys = known.keys(wanted.sort)
    among = _among(actor, wanted)
    if wanted.show is Show.UNANSWERED:
        among.append(known.is_unanswered)
    if wanted.has_pins:
        among.append(Conversation.pin_slot.is_(None))
    if wanted.after:
        among.append(tuple_(*keys) < tuple_(*_place(wanted.sort)))
    fits = _fits(actor, wanted, known.is_open).label("fits")
    part = select(*keys, known.is_open.label("is_open"), fits).where(*among)
    return part.outerjoin(ReadState, read_by(actor)) if wanted.show is Show.UNREAD else part


def pinned(session: Session, actor: Actor, kind: ConversationKind) -> Sequence[ConversationRow]:
    """The pinned threads of the actor's activity. One query."""
    found = ask(session, _pinned(is_staff=actor.role.is_staff), _asked(actor, kind, Wanted()))
    return [_row(actor, row) for row in found]


@kept(is_staff=EITHER_ROLE)
def _pinned(*, is_staff: bool) -> Select[*tuple[Any, ...]]:
    them = asker(is_staff=is_staff)
    return (
        _rows(them, replies_are_open(them))
        .where(*_among(them, Wanted()), Conversation.pin_slot.is_not(None))
        .order_by(Conversation.pin_slot)
    )


def pin_count(session: Session, placement_id: UUID, kind: ConversationKind) -> int:
    return session.scalars(
        select(func.count())
        .select_from(Conversation)
        .where(
            Conversation.placement_id == placement_id,
            Conversation.kind == kind,
            Conversation.pin_slot.is_not(None),
        )
    ).one()


def tags_in_use(
    session: Session, actor: Actor, kind: ConversationKind, *, whole_course: bool
) -> Sequence[str]:
    """The most used tags of the two hundred most recently active conversations. One query."""
    wanted = Wanted(whole_course=whole_course)
    query = _tags_in_use(wanted, is_staff=actor.role.is_staff)
    return [tag for (tag,) in ask(session, query, _asked(actor, kind, wanted))]


@kept(wanted=_FORMS, is_staff=EITHER_ROLE)
def _tags_in_use(wanted: Wanted, *, is_staff: bool) -> Select[str]:
    recent = (
        select(Conversation.tags)
        .where(*_among(asker(is_staff=is_staff), wanted))
        .order_by(Conversation.last_activity_at.desc(), Conversation.id.desc())
        .limit(_RECENT)
        .subquery()
    )
    tag = select(func.unnest(recent.c.tags).label("tag")).subquery().c.tag
    return select(tag).group_by(tag).order_by(func.count().desc(), tag).limit(_TAGS_SHOWN)


def count_new(
    session: Session, actor: Actor, kind: ConversationKind, wanted: Wanted, *, after_id: UUID
) -> int:
    """The number of conversations that others started after this one, up to a page. One query."""
    query = _count_new(wanted.form, is_staff=actor.role.is_staff)
    ((count,),) = ask(session, query, _asked(actor, kind, wanted, newest_id=after_id))
    return cast("int", count)


@kept(wanted=_FORMS, is_staff=EITHER_ROLE)
def _count_new(wanted: Wanted, *, is_staff: bool) -> Select[int]:
    them = asker(is_staff=is_staff)
    newer = (
        select(Conversation.id)
        .where(
            *_among(them, wanted),
            Conversation.id > bindparam("newest_id"),
            Conversation.author_id != them.person_id,
        )
        .limit(ROWS_A_PAGE)
    )
    return select(func.count()).select_from(newer.subquery())


def _among(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Conditions that an index serves."""
    among = [readable(actor), Conversation.kind == bindparam("kind")]
    if not wanted.whole_course:
        among.append(Conversation.placement_id == bindparam("placement_id"))
    if wanted.show is Show.MINE:
        among.append(Conversation.author_id == actor.person_id)
    if wanted.group_id:
        among.append(Conversation.group_id == bindparam("group_id"))
    return among


def _fits(actor: Actor, wanted: Wanted, is_open: ColumnElement[bool]) -> ColumnElement[bool]:
    """Conditions that are checked row by row."""
    fits: list[ColumnElement[bool]] = []
    if wanted.show is Show.UNREAD:
        fits.append(_unread(is_open) > 0)
    if wanted.show is Show.FOLLOWING:
        fits.append(following(actor))
    if wanted.show in {Show.OPEN, Show.ANSWERED}:
        is_answered = has_accepted_answer()
        fits.append(is_answered if wanted.show is Show.ANSWERED else not_(is_answered))
    if wanted.tag is not None:
        fits.append(Conversation.tags.contains(bindparam("tags", type_=Conversation.tags.type)))
    return and_(true(), *fits)


def _unread(is_open: ColumnElement[bool]) -> ColumnElement[int]:
    """The number of unread posts that the actor can see."""
    return case((is_open, unread_count()), else_=unread_opening())


def _place(sort: Sort) -> list[BindParameter[Any]]:
    """The keys of the row after which a page starts."""
    names = {
        Sort.ACTIVITY: ["after_at", "after_id"],
        Sort.NEWEST: ["after_id"],
        Sort.UNANSWERED: ["after_unanswered", "after_at", "after_id"],
        Sort.USEFUL: ["after_useful", "after_id"],
    }
    return [bindparam(name) for name in names[sort]]


def _rows(actor: Actor, is_open: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Conversation.id,
            shown_title(actor),
            Conversation.created_at,
            case((is_open, Conversation.reply_count - Conversation.gone_count), else_=0).label("reply_count"),
            case((is_open, Conversation.reply_count), else_=0).label("last_number"),
            is_open.label("replies_are_open"),
            *ALL.labelled(OPENING, is_open),
            Conversation.tags,
            Conversation.pin_slot,
            Conversation.closed_at,
            has_accepted_answer().label("is_answered"),
            Group.name.label("group_name"),
            _unread(is_open).label("unread"),
            *author_columns(Conversation, Person),
        )
        .join(Person, Person.id == Conversation.author_id)
        .outerjoin(ReadState, read_by(actor))
        .outerjoin(Group, Group.id == Conversation.group_id)
    )


def _page(actor: Actor, found: Sequence[Row[*tuple[Any, ...]]]) -> ConversationList:
    """The matching rows; the next page starts after the last one, or after the last scanned row."""
    fitting = [row for row in found if row.fits][:ROWS_A_PAGE]
    rows = [_row(actor, row) for row in fitting]
    if len(found) > ROWS_A_PAGE:
        last = fitting[-1]
    elif found and found[-1].rank == MOST_SCANNED:
        last = found[-1]
    else:
        return ConversationList(rows)
    place = Place(last.last_activity_at, last.id)
    return ConversationList(rows, place, not last.is_unanswered, last.useful_count)


def _row(actor: Actor, row: Row[*tuple[Any, ...]]) -> ConversationRow:
    return ConversationRow(
        id=row.id,
        title=row.title,
        author=author_of(actor, row),
        created_at=row.created_at,
        reply_count=row.reply_count,
        last_number=row.last_number,
        replies_are_open=row.replies_are_open,
        last_activity_at=row.last_activity_at,
        unread=row.unread,
        tags=row.tags,
        is_pinned=row.pin_slot is not None,
        is_closed=row.closed_at is not None,
        is_answered=row.is_answered,
        group_name=row.group_name or "",
    )
