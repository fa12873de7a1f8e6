"""The posts of one conversation in their order, at a cost that does not grow with what else there is."""

from typing import Any, TypeVar

from sqlalchemy import Select

from lti_tool.posts.models import Post

Q = TypeVar("Q", bound=Select[*tuple[Any, ...]])


def oldest_first(query: Q, conversation_id: Any) -> Q:
    """Of `query`'s posts those of this conversation, by id.

    Between two equal bounds, not equal to one: only the index of (conversation_id, id) has posts in that
    order, so PostgreSQL reads as many as the page has. By an equality, which it knows to be of no matter for
    the order, it reads a conversation of 20,000 whole and sorts it where a kept plan takes it for a usual
    one, or goes through the newest posts of all conversations (tests/posts/test_growth.py).
    """
    return _only(query, conversation_id).order_by(Post.conversation_id, Post.id)


def newest_first(query: Q, conversation_id: Any) -> Q:
    """The same, the other way round."""
    return _only(query, conversation_id).order_by(Post.conversation_id.desc(), Post.id.desc())


def by_number(query: Q, conversation_id: Any) -> Q:
    """The same as `oldest_first`, by their numbers: what was published late comes when it was published."""
    return _only(query, conversation_id).order_by(Post.conversation_id, Post.number)


def _only(query: Q, conversation_id: Any) -> Q:
    return query.where(Post.conversation_id.between(conversation_id, conversation_id))
