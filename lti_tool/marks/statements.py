"""The statements of marks."""

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.marks.events import MarkGiven, MarkTakenBack
from lti_tool.posts.statements import record_post_act
from xapi import vocabulary


def on_mark_given(session: Session, event: MarkGiven) -> None:
    _record(session, event, "mark_given", vocabulary.LIKED, event.mark.created_at)


def on_mark_taken_back(session: Session, event: MarkTakenBack) -> None:
    _record(session, event, "mark_taken_back", vocabulary.UNLIKED, event.at)


def _record(
    session: Session, event: MarkGiven | MarkTakenBack, name: str, verb: vocabulary.Verb, at: datetime
) -> None:
    record_post_act(
        session,
        event.actor,
        event.conversation,
        event.post,
        name=name,
        subject_id=event.mark.id,
        verb=verb,
        extensions={vocabulary.REACTION: str(event.mark.mark)},
        at=at,
    )


def subscribe_statements() -> None:
    subscribe(MarkGiven, on_mark_given)
    subscribe(MarkTakenBack, on_mark_taken_back)
