"""What is looked up of a post: its text, and an opening post's title, tags and questions; files by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.attachments.models import Attachment
from lti_tool.core.text import plain_text
from lti_tool.launch.models import Launch
from lti_tool.posts.kinds import all_kinds
from lti_tool.posts.models import Conversation, Post
from lti_tool.search.languages import written_in
from lti_tool.search.terms import folded, scope_of

_LONGEST = 60_000
"""Signs of a text that are looked up: PostgreSQL takes a megabyte of words at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A post as it is indexed, folded."""

    post_id: UUID
    course_id: UUID
    config: str
    scope: list[str]
    title: str
    files: str
    body: str


def documents_of(session: Session, post_ids: list[UUID]) -> list[Document]:
    """One query. The language is that of the author's last launch there; unknown for anonymous posts."""
    return [_document(row) for row in session.execute(_read(), {"post_ids": post_ids})]


@cache
def _read() -> Any:
    locale = (
        select(Launch.locale)
        .where(
            Launch.course_id == Post.course_id,
            Launch.person_id == Post.author_id,
            Post.pseudonym.is_(None),
        )
        .order_by(Launch.created_at.desc())
        .limit(1)
        .correlate(Post)
        .scalar_subquery()
    )
    files = (
        select(func.array_agg(Attachment.name))
        .where(Attachment.post_id == Post.id)
        .correlate(Post)
        .scalar_subquery()
    )
    read = select(
        Post.id,
        Post.course_id,
        Post.is_opening,
        Conversation.placement_id,
        Conversation.title,
        Conversation.tags,
        locale.label("locale"),
        func.coalesce(files, cast([], ARRAY(Text))).label("files"),
        *text_columns(),
    ).join(Conversation, Conversation.id == Post.conversation_id)
    return with_details(read).where(Post.id.in_(bindparam("post_ids", expanding=True)))


def with_details(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Joins what opening posts say beside their text, for `text_columns`."""
    for kind in all_kinds():
        if kind.details is not None:
            opens = (kind.details.conversation_id == Post.conversation_id) & Post.is_opening
            query = query.outerjoin(kind.details, opens)
    return query


def text_columns() -> list[ColumnElement[Any]]:
    """What `text_of` asks of a query that `with_details` has seen."""
    html = [Post.body_html, *(it for kind in all_kinds() for it in kind.html_details)]
    plain = [it for kind in all_kinds() for it in kind.plain_details]
    return [_array(html).label("html_parts"), _array(plain).label("plain_parts")]


def _array(columns: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]) -> ColumnElement[Any]:
    return func.array_remove(cast(array(columns), ARRAY(Text)), None)


def text_of(row: Row[*tuple[Any, ...]]) -> str:
    """All that the post says."""
    return "\n".join([*map(plain_text, row.html_parts), *row.plain_parts]).strip()


def _document(row: Row[*tuple[Any, ...]]) -> Document:
    titled = [row.title, *row.tags] if row.is_opening else []
    title, body = folded(" ".join(titled)), folded(text_of(row)[:_LONGEST])
    return Document(
        post_id=row.id,
        course_id=row.course_id,
        config=written_in(f"{title} {body}", row.locale or ""),
        scope=[scope_of(row.course_id), scope_of(row.placement_id)],
        title=title,
        files=folded(" ".join(row.files)),
        body=body,
    )
