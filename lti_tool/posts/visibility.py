"""What one may read: the one condition by which access, lists, counts and search decide."""

from typing import Any

from sqlalchemy import Case, ColumnElement, Label, and_, case, not_, or_, select, true
from sqlalchemy.orm import aliased

from lti_tool.core.actor import Actor
from lti_tool.courses.shapes import Shape, placements_of_shape
from lti_tool.posts.audiences import is_in_audience, may_read
from lti_tool.posts.models import Conversation, ConversationKind, Post, PostState

# Made once: a new one is mapped anew at each use.
_OWN = aliased(Post)


def readable(actor: Actor) -> ColumnElement[bool]:
    """Of conversations: those of the actor's course that are there for them."""
    return and_(Conversation.course_id == actor.course_id, _is_there(actor, Conversation), may_read(actor))


def readable_post(actor: Actor) -> ColumnElement[bool]:
    """Of posts, in a query that joins their conversation: nobody reads a post in one that they may not."""
    return and_(readable(actor), readable_within(actor, replies_are_open(actor)))


def readable_within(actor: Actor, others_are_open: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of posts of a conversation that the actor may read; `others_are_open` as `replies_are_open` has it."""
    return and_(
        Post.course_id == actor.course_id,
        _is_there(actor, Post),
        or_(Post.is_opening, Post.author_id == actor.person_id, others_are_open),
    )


def replies_are_open(actor: Actor) -> ColumnElement[bool]:
    """Of conversations: whether others' replies are there for the actor by now.

    In a thread of an activity where one answers first they are, once one has; staff, and who began the
    thread, need not. An answer that was withdrawn or declined is none.
    """
    return true() if actor.role.is_staff else not_(replies_are_closed(actor))


def replies_are_closed(actor: Actor) -> ColumnElement[bool]:
    """Of conversations: those that a learner or observer has to answer first."""
    # All that the actor ever answered, looked up once, and only where it matters: no row asks again.
    answered = select(_OWN.conversation_id).where(
        _OWN.author_id == actor.person_id,
        _OWN.is_opening.is_(False),
        # A list would be written into the query anew each time that it is put.
        _OWN.state != PostState.WITHDRAWN,
        _OWN.state != PostState.DECLINED,
    )
    return and_(
        Conversation.kind == ConversationKind.THREAD,
        Conversation.placement_id.in_(placements_of_shape(actor.course_id, Shape.ANSWER_FIRST)),
        Conversation.author_id != actor.person_id,
        Conversation.id.not_in(answered),
        # Another group's gallery is for reading: nobody has to answer first there.
        is_in_audience(actor),
    )


def last_number_in_sight(actor: Actor) -> Case[int]:
    """Of conversations: the newest reply's number, as far as the actor may know of it."""
    return case((replies_are_open(actor), Conversation.reply_count), else_=0)


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


def shown_title(actor: Actor) -> Label[str]:
    """The same of a conversation's title, as `title`."""
    return case((legible(actor, Conversation), Conversation.title), else_="").label("title")


def _is_there(actor: Actor, content: type[Conversation | Post]) -> ColumnElement[bool]:
    """What waits for approval, or was declined, is its author's and staff's."""
    if actor.role.is_staff:
        return true()
    return or_(content.is_public, content.author_id == actor.person_id)
