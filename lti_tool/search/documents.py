"""What is looked up of a post: its text, and an opening post's title, tags and questions; files by name."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, bindparam, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.attachments.models import Attachment
from lti_tool.core.text import plain_text
from lti_tool.help_requests.models import HelpRequest
from lti_tool.launch.models import Launch
from lti_tool.posts.models import Conversation, Post
from lti_tool.search.languages import written_in
from lti_tool.search.terms import folded, scope_of

_LONGEST = 60_000
"""Signs of a text that are looked up: PostgreSQL takes a megabyte of words at most."""
_OF_REQUEST: tuple[InstrumentedAttribute[Any], ...] = (
    HelpRequest.tried_html,
    HelpRequest.expected_html,
    HelpRequest.got_html,
    HelpRequest.what_fixed_it,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A post as the index takes it, folded."""

    post_id: UUID
    course_id: UUID
    config: str
    scope: list[str]
    title: str
    files: str
    body: str


def documents_of(session: Session, post_ids: list[UUID]) -> list[Document]:
    """One query. The author's language is that of their newest launch there; of anonymous posts, unknown."""
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
    return (
        select(
            Post.id,
            Post.course_id,
            Post.is_opening,
            Conversation.placement_id,
            Conversation.title,
            Conversation.tags,
            locale.label("locale"),
            func.coalesce(files, cast([], ARRAY(Text))).label("files"),
            *text_columns(),
        )
        .join(Conversation, Conversation.id == Post.conversation_id)
        .outerjoin(HelpRequest, opens_request())
        .where(Post.id.in_(bindparam("post_ids", expanding=True)))
    )


def opens_request() -> Any:
    """For a join of posts with the help requests that they open."""
    return (HelpRequest.conversation_id == Post.conversation_id) & Post.is_opening


def text_columns() -> list[Any]:
    """What `text_of` asks of a query."""
    return [Post.body_html, *_OF_REQUEST]


def text_of(row: Row[*tuple[Any, ...]]) -> str:
    """All that the post says."""
    rendered = [row.body_html, row.tried_html, row.expected_html, row.got_html]
    said = [plain_text(it) for it in rendered if it]
    return "\n".join([*said, row.what_fixed_it or ""]).strip()


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
