"""The statements of changing and withdrawing."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.posts.events import ContributionEdited, ContributionWithdrawn
from lti_tool.posts.statements import record_post_act
from xapi import vocabulary


def on_post_edited(session: Session, event: ContributionEdited) -> None:
    record_post_act(
        session,
        event.actor,
        event.conversation,
        event.post,
        name="post_edited",
        subject_id=event.revision_id,
        verb=vocabulary.EDITED,
        extensions={vocabulary.REVISION: event.post.revision},
        at=event.at,
    )


def on_post_withdrawn(session: Session, event: ContributionWithdrawn) -> None:
    record_post_act(
        session,
        event.actor,
        event.conversation,
        event.post,
        name="post_withdrawn",
        subject_id=event.post.id,
        verb=vocabulary.DELETED,
        at=event.at,
    )


def subscribe_statements() -> None:
    subscribe(ContributionEdited, on_post_edited)
    subscribe(ContributionWithdrawn, on_post_withdrawn)
