"""What the pages of follow-ups show."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, join, literal, select, tuple_
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.paging import Page, Place
from lti_tool.follow_ups.models import FollowUp, FollowUpReport, FollowUpState, Plan
from lti_tool.follow_ups.service import access_follow_up, readable_follow_up
from lti_tool.people.models import Person
from lti_tool.posts.authors import Author, author_columns, author_of
from lti_tool.posts.models import Conversation, ConversationKind, Post
from lti_tool.posts.visibility import legible, readable_post, shown_title

ROWS_A_PAGE = 30
_LAST_ZONE = timedelta(hours=12)  # UTC-12, where each day ends last


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a follow-up came from."""

    post_id: UUID
    author: Author
    kind: ConversationKind
    conversation_id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The same with what was written there."""

    source: Source
    body_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpView:
    """A follow-up as its card shows it."""

    id: UUID
    plan: Plan
    state: FollowUpState
    source: Source | None

    @property
    def is_done(self) -> bool:
        return self.state is FollowUpState.DONE

    @property
    def is_overdue(self) -> bool:
        """Whether its day is over, in whichever time zone its owner is."""
        return not self.is_done and self.plan.due_on < (clock.now() - _LAST_ZONE).date()


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    follow_up: FollowUpView
    quote: Quote | None
    reports: Page[FollowUpReport]
    """Newest first."""


def follow_up_list(
    session: Session, actor: Actor, *, after: Place | None, after_done: bool
) -> Page[FollowUpView]:
    """The actor's follow-ups by their day, the done ones behind all others. One query."""
    is_done = FollowUp.state == FollowUpState.DONE
    query = (
        select(FollowUp, *_source_columns(actor))
        .select_from(FollowUp)
        .outerjoin(
            join(Post, Conversation, Conversation.id == Post.conversation_id),
            and_(Post.id == FollowUp.source_post_id, readable_post(actor), legible(actor)),
        )
        .outerjoin(Person, Person.id == Post.author_id)
        .where(readable_follow_up(actor))
        .order_by(is_done, FollowUp.due_on, FollowUp.id)
        .limit(ROWS_A_PAGE + 1)
    )
    if after:
        query = query.where(
            tuple_(is_done, FollowUp.due_on, FollowUp.id)
            > tuple_(literal(after_done), literal(after.at.date()), literal(after.id))
        )
    found = session.execute(query).all()
    rows = [
        _view(row.FollowUp, _source(actor, row, row.FollowUp.source_post_id) if row.conversation_id else None)
        for row in found[:ROWS_A_PAGE]
    ]
    return Page(rows, _place(rows[-1]) if len(found) > ROWS_A_PAGE else None)


def follow_up_page(
    session: Session, actor: Actor, follow_up_id: UUID, *, after: Place | None = None
) -> FollowUpPage:
    """A follow-up with thirty entries of its log. Two queries, three when it came from a post."""
    follow_up = access_follow_up(session, actor, follow_up_id)
    quote = _find_quote(session, actor, follow_up.source_post_id) if follow_up.source_post_id else None
    return FollowUpPage(
        follow_up=_view(follow_up, quote.source if quote else None),
        quote=quote,
        reports=_reports(session, follow_up, after),
    )


def quote_of(session: Session, actor: Actor, post_id: UUID) -> Quote:
    """A post that is carried forward, for who may read it. One query."""
    quote = _find_quote(session, actor, post_id)
    if quote is None:
        raise NotFoundError
    return quote


def _find_quote(session: Session, actor: Actor, post_id: UUID) -> Quote | None:
    """None too for a post that was readable once: a plan outlives what it came from."""
    found = session.execute(
        select(Post.body_html, *_source_columns(actor))
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Person, Person.id == Post.author_id)
        .where(Post.id == post_id, readable_post(actor), legible(actor))
    ).one_or_none()
    return Quote(_source(actor, found, post_id), found.body_html) if found else None


def _reports(session: Session, follow_up: FollowUp, after: Place | None) -> Page[FollowUpReport]:
    query = (
        select(FollowUpReport)
        .where(FollowUpReport.follow_up_id == follow_up.id)
        .order_by(FollowUpReport.created_at.desc(), FollowUpReport.id.desc())
        .limit(ROWS_A_PAGE + 1)
    )
    if after:
        query = query.where(
            tuple_(FollowUpReport.created_at, FollowUpReport.id)
            < tuple_(literal(after.at), literal(after.id))
        )
    found = session.scalars(query).all()
    rows = found[:ROWS_A_PAGE]
    return Page(rows, Place(rows[-1].created_at, rows[-1].id) if len(found) > ROWS_A_PAGE else None)


def _place(follow_up: FollowUpView) -> Place:
    return Place(datetime.combine(follow_up.plan.due_on, time.min, UTC), follow_up.id)


def _source_columns(actor: Actor) -> list[Any]:
    return [Post.conversation_id, Conversation.kind, shown_title(actor), *author_columns(Post, Person)]


def _source(actor: Actor, row: Row[*tuple[Any, ...]], post_id: UUID) -> Source:
    return Source(
        post_id=post_id,
        author=author_of(actor, row),
        kind=row.kind,
        conversation_id=row.conversation_id,
        title=row.title,
    )


def _view(follow_up: FollowUp, source: Source | None) -> FollowUpView:
    return FollowUpView(
        id=follow_up.id,
        plan=follow_up.plan,
        state=follow_up.state,
        source=source,
    )
