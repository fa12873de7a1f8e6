"""The statement of an accepted answer."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.posts.acceptance.events import AnswerAccepted
from lti_tool.posts.statements import record_post_act, unnamed_author
from xapi import vocabulary


def on_answer_accepted(session: Session, event: AnswerAccepted) -> None:
    record_post_act(
        session,
        event.actor,
        event.conversation,
        event.answer,
        name="answer_accepted",
        subject_id=event.acceptance.id,
        verb=vocabulary.ACCEPTED,
        at=event.acceptance.created_at,
        # Who asked anonymously accepts so.
        unnamed=unnamed_author(session, event.actor, event.conversation, event.conversation),
    )


def subscribe_statements() -> None:
    subscribe(AnswerAccepted, on_answer_accepted)
