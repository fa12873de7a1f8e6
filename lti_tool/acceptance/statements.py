"""The statements of accepted answers."""

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.acceptance.events import AcceptanceTakenBack, AnswerAccepted
from lti_tool.core.events import subscribe
from lti_tool.posts.statements import record_post_act, unnamed_author
from xapi import vocabulary


def on_answer_accepted(session: Session, event: AnswerAccepted) -> None:
    _record(session, event, "answer_accepted", vocabulary.ACCEPTED, event.acceptance.created_at)


def on_acceptance_taken_back(session: Session, event: AcceptanceTakenBack) -> None:
    _record(session, event, "acceptance_taken_back", vocabulary.NO_LONGER_ACCEPTED, event.at)


def _record(
    session: Session,
    event: AnswerAccepted | AcceptanceTakenBack,
    name: str,
    verb: vocabulary.Verb,
    at: datetime,
) -> None:
    record_post_act(
        session,
        event.actor,
        event.conversation,
        event.answer,
        name=name,
        subject_id=event.acceptance.id,
        verb=verb,
        at=at,
        # Anonymous askers accept anonymously.
        unnamed=unnamed_author(session, event.actor, event.conversation, event.conversation),
    )


def subscribe_statements() -> None:
    subscribe(AnswerAccepted, on_answer_accepted)
    subscribe(AcceptanceTakenBack, on_acceptance_taken_back)
