"""Search queries. They find only published posts that the actor may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY
from sqlalchemy.orm import Session

from lti_tool.acceptance.queries import has_accepted_answer
from lti_tool.core.actor import Actor
from lti_tool.courses.models import Placement
from lti_tool.people.models import Person
from lti_tool.posts.authors import Author, author_columns, author_of
from lti_tool.posts.models import Conversation, ConversationKind, Post, PostState
from lti_tool.posts.visibility import readable, readable_post, shown_title
from lti_tool.search.documents import text_columns, text_of, with_details
from lti_tool.search.excerpts import Excerpt, excerpt, marked, words_to_mark
from lti_tool.search.languages import SIMPLE, read_in
from lti_tool.search.likeness import most_alike, telling_words
from lti_tool.search.models import PostWords
from lti_tool.search.terms import Query, scope_of

HITS_A_PAGE = 20
MOST_RANKED = 1000
"""If more posts match, only the newest ones are ranked."""
MOST_SIMILAR = 3
TITLES_LOOKED_AT = 500
"""Number of threads, and of help requests."""


class Order(StrEnum):
    BEST = "best"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class HitPlace:
    """The hit after which the next page starts; with a rank only in the order by rank."""

    rank: int
    post_id: UUID

    def __str__(self) -> str:
        return f"{self.rank}_{self.post_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The search request."""

    query: Query
    this_activity: bool = False
    kind: ConversationKind | None = None
    mine: bool = False
    with_files: bool = False
    tag: str | None = None
    order: Order = Order.BEST
    after: HitPlace | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.this_activity or self.kind or self.mine or self.with_files or self.tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One found post."""

    post_id: UUID
    conversation_id: UUID
    kind: ConversationKind
    is_opening: bool
    author: Author
    created_at: datetime
    activity: str
    title: Excerpt
    """Empty if the text is not shown."""
    text: Excerpt
    file_count: int
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Hits:
    rows: Sequence[Hit] = ()
    next: HitPlace | None = None


@dataclass(frozen=True, slots=True)
class Similar:
    """A conversation that may already answer a new question."""

    id: UUID
    kind: ConversationKind
    title: str
    is_answered: bool


def hits(session: Session, actor: Actor, sought: Sought) -> Hits:
    """A page of hits. Two queries, none for an empty request."""
    if not sought.query.text:
        return Hits()
    found = session.execute(_page(actor, sought)).all()
    shown = found[:HITS_A_PAGE]
    texts = [(row.title, text_of(row)) for row in shown]
    every = [it for pair in texts for it in pair]
    marks = words_to_mark(session, every, sought.query, read_in(actor.locale))
    rows = [
        _hit(actor, row, marked(title, marks), excerpt(text, marks))
        for row, (title, text) in zip(shown, texts, strict=True)
    ]
    more = len(found) > HITS_A_PAGE
    return Hits(rows, HitPlace(shown[-1].rank, shown[-1].id) if more else None)


def searchable(actor: Actor) -> ColumnElement[bool]:
    """Published posts that the actor may read. Waiting, hidden and withdrawn posts are not found."""
    return readable_post(actor) & (Post.state == PostState.PUBLISHED)


def similar(session: Session, actor: Actor, title: str) -> Sequence[Similar]:
    """Threads and help requests with titles similar to this one, the most similar first. One query at most.

    Of each kind the newest that the actor may read are looked at, so that it costs the same in any course.
    """
    if not telling_words(title):
        return []
    found = session.execute(_newest_titles(actor)).all()
    alike = most_alike(title, [row.title for row in found], at_most=MOST_SIMILAR)
    return [Similar(*found[place]) for place in alike]


def _newest_titles(actor: Actor) -> Select[*tuple[Any, ...]]:
    is_answered = or_(has_accepted_answer(), Conversation.resolved_at.is_not(None))
    newest = [
        select(Conversation.id, Conversation.kind, Conversation.title, is_answered.label("is_answered"))
        .where(readable(actor), Conversation.kind == kind, Conversation.state == PostState.PUBLISHED)
        .order_by(Conversation.id.desc())
        .limit(TITLES_LOOKED_AT)
        .subquery()
        for kind in ConversationKind
    ]
    both = union_all(*(select(it) for it in newest)).subquery()
    return select(both).order_by(both.c.id.desc())


def _page(actor: Actor, sought: Sought) -> Select[*tuple[Any, ...]]:
    found = _ranked(actor, sought).subquery()
    order = [found.c.rank, found.c.post_id]
    chosen = select(found).order_by(*(it.desc() for it in order)).limit(HITS_A_PAGE + 1)
    if sought.after:
        chosen = chosen.where(tuple_(*order) < (sought.after.rank, sought.after.post_id))
    page = chosen.subquery()
    hits = (
        select(
            Post.id,
            Post.conversation_id,
            Post.created_at,
            Post.is_opening,
            Post.attachment_count,
            Conversation.kind,
            Conversation.tags,
            shown_title(actor),
            Placement.title.label("activity"),
            page.c.rank,
            *text_columns(),
            *author_columns(Post, Person),
        )
        .join(page, page.c.post_id == Post.id)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Placement, Placement.id == Conversation.placement_id)
        .join(Person, Person.id == Post.author_id)
        .order_by(page.c.rank.desc(), page.c.post_id.desc())
    )
    return with_details(hits)


def _ranked(actor: Actor, sought: Sought) -> Select[*tuple[Any, ...]]:
    """The candidates of a page with their rank; all equal in the order by time."""
    found = _found(actor, sought)
    if sought.order is Order.NEWEST:
        if sought.after:
            found = found.where(Post.id < sought.after.post_id)
        newest = found.limit(HITS_A_PAGE + 1).subquery()
        return select(newest.c.id.label("post_id"), literal(0).label("rank"))
    rank = func.ts_rank(PostWords.words, matching(sought.query, actor), 1) * literal(1_000_000)
    newest = found.limit(MOST_RANKED).subquery()
    return select(PostWords.post_id, cast(rank, Integer).label("rank")).join(
        newest, newest.c.id == PostWords.post_id
    )


def _found(actor: Actor, sought: Sought) -> Select[UUID]:
    """All matches, newest first."""
    scope = scope_of(actor.placement_id if sought.this_activity else actor.course_id)
    # Always by the index of words: the planner expects little of prefixes, and would scan
    # all posts from the newest on for a rare word.
    matched = (
        select(PostWords.post_id)
        .where(
            PostWords.words.op("@@")(cast(f"'{scope}'", TSQUERY).op("&&")(matching(sought.query, actor))),
            PostWords.course_id == actor.course_id,
        )
        .cte("matched")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return (
        select(Post.id)
        .join(matched, matched.c.post_id == Post.id)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(searchable(actor), *_narrowed(actor, sought))
        .order_by(Post.id.desc())
    )


def _narrowed(actor: Actor, sought: Sought) -> list[ColumnElement[bool]]:
    also: list[ColumnElement[bool]] = []
    if sought.kind:
        also.append(Conversation.kind == sought.kind)
    if sought.mine:
        also.append(Post.author_id == actor.person_id)
    if sought.with_files:
        also.append(Post.attachment_count > 0)
    if sought.tag:
        also.append(Conversation.tags.contains([sought.tag]))
    return also


def matching(query: Query, actor: Actor) -> Any:
    """Condition: the words as typed, the last one perhaps as a prefix; or all of them by stem."""
    wanted: ColumnElement[Any] = func.websearch_to_tsquery(cast(SIMPLE, REGCONFIG), query.text)
    if query.goes_on:
        wanted = cast(func.regexp_replace(cast(wanted, String), "'$", "':*"), TSQUERY)
    for config in read_in(actor.locale):
        by_stems = func.websearch_to_tsquery(cast(config, REGCONFIG), query.text)
        wanted = wanted.op("||")(by_stems)
    return wanted


def _hit(actor: Actor, row: Row[*tuple[Any, ...]], title: Excerpt, text: Excerpt) -> Hit:
    return Hit(
        post_id=row.id,
        conversation_id=row.conversation_id,
        kind=row.kind,
        is_opening=row.is_opening,
        author=author_of(actor, row),
        created_at=row.created_at,
        activity=row.activity,
        title=title,
        text=text,
        file_count=row.attachment_count,
        tags=row.tags,
    )
