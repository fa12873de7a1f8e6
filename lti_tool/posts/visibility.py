"""What one may read: the one condition by which access, lists, counts and search decide."""

from sqlalchemy import ColumnElement, and_

from lti_tool.core.actor import Actor
from lti_tool.posts.models import Conversation, Post


def readable(actor: Actor) -> ColumnElement[bool]:
    """Of conversations: those of the actor's course."""
    return Conversation.course_id == actor.course_id


def readable_post(actor: Actor) -> ColumnElement[bool]:
    """Of posts, in a query that joins their conversation: nobody reads a post in one that they may not."""
    return and_(readable(actor), Post.course_id == actor.course_id)
