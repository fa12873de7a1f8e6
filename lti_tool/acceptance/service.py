"""Accepting an answer and taking that back, by the same rules for questions and help requests."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.acceptance.events import AcceptanceTakenBack, AnswerAccepted
from lti_tool.acceptance.models import Acceptance
from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.posts.models import Conversation, Post, PostState
from lti_tool.posts.service import access_post


def check_may_settle(actor: Actor, conversation: Conversation) -> None:
    """Raises NotFoundError unless the actor is the asker or staff."""
    if not actor.role.is_staff and conversation.author_id != actor.person_id:
        raise NotFoundError


def accept(session: Session, actor: Actor, conversation: Conversation, post_id: UUID) -> None:
    """Accept this reply in place of an earlier one. Accepting it again changes nothing."""
    check_may_settle(actor, conversation)
    answer = access_post(session, actor, post_id, lock=True)
    is_reply = answer.conversation_id == conversation.id and not answer.is_opening
    if not is_reply or answer.state is not PostState.PUBLISHED or _is_askers_own(actor, conversation, answer):
        raise NotFoundError
    standing = _lock_standing(session, conversation)
    if standing is not None and standing.post_id == answer.id:
        return
    if standing is not None:
        standing.stands = False
        session.flush()
    acceptance = Acceptance(
        course_id=conversation.course_id,
        conversation_id=conversation.id,
        post_id=answer.id,
        person_id=actor.person_id,
    )
    session.add(acceptance)
    session.flush()
    events.record(session, AnswerAccepted(actor, conversation, acceptance, answer))


def take_back(session: Session, actor: Actor, conversation: Conversation, post_id: UUID) -> None:
    """Take the acceptance of this reply back. If it is not the accepted answer, nothing changes."""
    check_may_settle(actor, conversation)
    accepted = select(Acceptance.id).filter_by(conversation_id=conversation.id, post_id=post_id).limit(1)
    if session.scalar(accepted) is None:
        raise NotFoundError
    standing = _lock_standing(session, conversation)
    if standing is None or standing.post_id != post_id:
        return
    standing.stands = False
    session.flush()
    answer = session.get_one(Post, post_id)
    events.record(session, AcceptanceTakenBack(actor, conversation, standing, answer, clock.now()))


def _lock_standing(session: Session, conversation: Conversation) -> Acceptance | None:
    """The current acceptance, locked until the transaction ends."""
    # This lock still allows foreign keys to the conversation.
    session.execute(select(Conversation.id).filter_by(id=conversation.id).with_for_update(key_share=True))
    return session.scalars(
        select(Acceptance)
        .filter_by(conversation_id=conversation.id, stands=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _is_askers_own(actor: Actor, conversation: Conversation, answer: Post) -> bool:
    """Whether the actor can know that the asker wrote the answer. Anonymous askers stay unknown."""
    if answer.author_id != conversation.author_id:
        return False
    return answer.author_id == actor.person_id or answer.pseudonym == conversation.pseudonym
