"""What one may read: the one condition by which access, lists, counts and search decide."""

from typing import Any

from sqlalchemy import Case, ColumnElement, and_, case, or_, select, true

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.courses.models import Placement
from lti_tool.people.groups import own_groups
from lti_tool.posts.models import Conversation, Post, PostState


def readable(actor: Actor) -> ColumnElement[bool]:
    """Of conversations: those of the actor's course that are there for them."""
    return and_(Conversation.course_id == actor.course_id, _is_there(actor, Conversation), _is_open_to(actor))


def readable_post(actor: Actor) -> ColumnElement[bool]:
    """Of posts, in a query that joins their conversation: nobody reads a post in one that they may not."""
    return and_(readable(actor), Post.course_id == actor.course_id, _is_there(actor, Post))


def legible(actor: Actor, content: Any = Post) -> ColumnElement[bool]:
    """Of what is readable: whether its words are shown too, or only that there was something.

    `content` is Post, an alias of it, or Conversation (whose words are its title).
    """
    shown = content.state != PostState.WITHDRAWN
    if actor.role.is_staff:
        return and_(shown)
    return or_(content.state == PostState.PUBLISHED, and_(shown, content.author_id == actor.person_id))


def shown_html(actor: Actor, content: Any = Post) -> Case[str]:
    """A post's HTML as the actor is shown it: empty where its words are not theirs to read."""
    return case((legible(actor, content), content.body_html), else_="")


def title_of(actor: Actor, conversation: Conversation) -> str:
    """The title as the actor is shown it: empty where its words are not theirs to read."""
    if conversation.state is PostState.PUBLISHED:
        return conversation.title
    is_own = conversation.author_id == actor.person_id or actor.role.is_staff
    return conversation.title if is_own and conversation.state is not PostState.WITHDRAWN else ""


def is_own_groups(actor: Actor) -> ColumnElement[bool]:
    """Of conversations: the whole course's, and those of the groups that the actor is in."""
    if actor.role.is_staff:
        return true()
    return or_(Conversation.group_id.is_(None), Conversation.group_id.in_(own_groups(actor)))


def _is_open_to(actor: Actor) -> ColumnElement[bool]:
    """A group's are its members' until the activity's gallery opens."""
    if actor.role.is_staff:
        return true()
    galleries = select(Placement.id).where(
        Placement.course_id == actor.course_id, Placement.gallery_at <= clock.now()
    )
    return or_(is_own_groups(actor), Conversation.placement_id.in_(galleries))


def _is_there(actor: Actor, content: type[Conversation | Post]) -> ColumnElement[bool]:
    """What waits for approval, or was declined, is its author's and staff's."""
    if actor.role.is_staff:
        return true()
    return or_(content.is_public, content.author_id == actor.person_id)
