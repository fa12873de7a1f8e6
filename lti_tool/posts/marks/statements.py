"""The statements of marks."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.posts.marks.events import MarkGiven, MarkTakenBack
from lti_tool.posts.statements import record_on_post
from xapi import vocabulary


def on_mark_given(session: Session, event: MarkGiven) -> None:
    record_on_post(
        session,
        event.actor,
        event.conversation,
        event.post,
        name="mark_given",
        subject_id=event.mark.id,
        verb=vocabulary.LIKED,
        extensions={vocabulary.REACTION: str(event.mark.mark)},
        at=event.mark.created_at,
    )


def on_mark_taken_back(session: Session, event: MarkTakenBack) -> None:
    record_on_post(
        session,
        event.actor,
        event.conversation,
        event.post,
        name="mark_taken_back",
        subject_id=event.mark.id,
        verb=vocabulary.UNLIKED,
        extensions={vocabulary.REACTION: str(event.mark.mark)},
        at=event.at,
    )


def subscribe_statements() -> None:
    subscribe(MarkGiven, on_mark_given)
    subscribe(MarkTakenBack, on_mark_taken_back)
