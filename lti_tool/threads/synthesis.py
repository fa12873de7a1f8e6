"""The synthesis of a thread: the post that sums it up, by staff, or the round's synthesiser."""

from uuid import UUID

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.ids import new_row_id
from lti_tool.posts.models import Conversation, Post, PostState, Synthesis
from lti_tool.posts.service import access_post
from lti_tool.posts.writing import Writing
from lti_tool.threads.events import SynthesisChosen
from lti_tool.threads.service import access_to_sum_up, post_reply


def choose_synthesis(
    session: Session, actor: Actor, *, thread_id: UUID, post_id: UUID, draws_on: str
) -> Post:
    """Have this reply stand at the top as what the thread came to, in place of the one that stood there."""
    thread = access_to_sum_up(session, actor, thread_id)
    post = access_post(session, actor, post_id, lock=True)
    if post.conversation_id != thread.id or post.is_opening or post.state is not PostState.PUBLISHED:
        raise NotFoundError
    _choose(session, actor, thread, post, draws_on)
    return post


def write_synthesis(
    session: Session, actor: Actor, *, thread_id: UUID, writing: Writing, draws_on: str
) -> Post:
    """Reply with a text that sums the thread up. Two acts: the reply, and that it is the synthesis."""
    thread = access_to_sum_up(session, actor, thread_id)
    post = post_reply(session, actor, thread_id=thread_id, writing=writing, is_argument=False)
    _choose(session, actor, thread, post, draws_on)
    return post


def take_synthesis_back(session: Session, actor: Actor, *, thread_id: UUID) -> None:
    """The thread has none any more; the post stays where it was. None there: nothing changes.

    A synthesiser takes back what they chose themselves.
    """
    thread = access_to_sum_up(session, actor, thread_id)
    choice = {} if actor.role.is_staff else {"person_id": actor.person_id}
    gone = session.scalars(
        delete(Synthesis).filter_by(conversation_id=thread.id, **choice).returning(Synthesis)
    ).one_or_none()
    if gone is not None:
        post = session.get_one(Post, gone.post_id)
        events.record(session, SynthesisChosen(actor, thread, post, new_row_id(), clock.now(), is_one=False))


def _choose(session: Session, actor: Actor, thread: Conversation, post: Post, draws_on: str) -> None:
    """One upsert, which waits for another one of the same thread; the same again changes nothing."""
    new = insert(Synthesis).values(
        course_id=thread.course_id,
        conversation_id=thread.id,
        post_id=post.id,
        person_id=actor.person_id,
        draws_on=draws_on,
    )
    given = new.excluded
    kept = session.scalar(
        new.on_conflict_do_update(
            index_elements=["conversation_id"],
            set_={
                "id": given.id,
                "created_at": given.created_at,
                "post_id": given.post_id,
                "person_id": given.person_id,
                "draws_on": given.draws_on,
            },
            where=or_(Synthesis.post_id != given.post_id, Synthesis.draws_on != given.draws_on),
        ).returning(Synthesis.id)
    )
    if kept is not None:
        events.record(session, SynthesisChosen(actor, thread, post, kept, clock.now(), is_one=True))
