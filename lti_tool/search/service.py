"""Updating the search index."""

from dataclasses import asdict
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import REGCONFIG, insert
from sqlalchemy.orm import Session

from lti_tool.posts.events import (
    ContributionEdited,
    ContributionPublished,
    ContributionRenewed,
    ContributionWithdrawn,
    PostsRewritten,
)
from lti_tool.posts.models import Post, PostState
from lti_tool.search.documents import documents_of
from lti_tool.search.languages import SIMPLE
from lti_tool.search.models import PostWords


def index_posts(session: Session, post_ids: list[UUID]) -> None:
    """Index these posts as they are now. Two statements."""
    documents = [asdict(it) for it in documents_of(session, post_ids)]
    if documents:
        session.execute(_keep(), documents)


def forget_post(session: Session, post_id: UUID) -> None:
    session.execute(delete(PostWords).where(PostWords.post_id == post_id))


def index_published(session: Session, event: ContributionPublished | ContributionEdited) -> None:
    index_posts(session, [event.post.id])


def index_renewed(session: Session, event: ContributionRenewed) -> None:
    index_posts(session, [event.post_id])


def index_rewritten(session: Session, event: PostsRewritten) -> None:
    published = select(Post.id).where(Post.id.in_(event.post_ids), Post.state == PostState.PUBLISHED)
    index_posts(session, list(session.scalars(published)))


def forget_withdrawn(session: Session, event: ContributionWithdrawn) -> None:
    forget_post(session, event.post.id)


@cache
def _keep() -> Any:
    """Index words as written, for prefixes and phrases, and as stems."""
    words: ColumnElement[Any] = func.array_to_tsvector(cast(bindparam("scope"), ARRAY(Text)))
    for config in (cast(SIMPLE, REGCONFIG), cast(bindparam("config"), REGCONFIG)):
        for weight, part in (("A", "title"), ("B", "files"), ("D", "body")):
            found = func.to_tsvector(config, bindparam(part, type_=Text))
            words = words.op("||")(func.setweight(found, literal_column(f"'{weight}'::\"char\"")))
    row = insert(PostWords).values(
        post_id=bindparam("post_id"), course_id=bindparam("course_id"), words=words
    )
    return row.on_conflict_do_update(index_elements=["post_id"], set_={"words": row.excluded.words})
