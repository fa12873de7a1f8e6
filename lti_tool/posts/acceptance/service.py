"""Accepting an answer. Who may, and which answers, the features say."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core import events
from lti_tool.core.actor import Actor
from lti_tool.posts.acceptance.events import AnswerAccepted
from lti_tool.posts.acceptance.models import Acceptance
from lti_tool.posts.models import Conversation, Post


def accept(session: Session, actor: Actor, conversation: Conversation, answer: Post) -> None:
    """Have this be the accepted answer, in place of the one before. The same again changes nothing."""
    # One at a time in a conversation; a key is still to be had by those who refer to it.
    session.execute(select(Conversation.id).filter_by(id=conversation.id).with_for_update(key_share=True))
    standing = session.scalars(
        select(Acceptance)
        .filter_by(conversation_id=conversation.id, stands=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if standing is not None and standing.post_id == answer.id:
        return
    if standing is not None:
        standing.stands = False
        session.flush()
    acceptance = Acceptance(
        course_id=conversation.course_id, conversation_id=conversation.id, post_id=answer.id
    )
    session.add(acceptance)
    session.flush()
    events.record(session, AnswerAccepted(actor, conversation, acceptance, answer))
