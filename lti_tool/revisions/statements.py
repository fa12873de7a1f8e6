"""The statements of changing and withdrawing."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.posts.statements import record_post_act
from lti_tool.revisions.events import PostEdited, PostWithdrawn
from xapi import vocabulary


def on_post_edited(session: Session, event: PostEdited) -> None:
    record_post_act(
        session,
        event.actor,
        event.conversation,
        event.post,
        name="post_edited",
        subject_id=event.replaced.id,
        verb=vocabulary.EDITED,
        extensions={vocabulary.REVISION: event.post.revision},
        at=event.replaced.created_at,
    )


def on_post_withdrawn(session: Session, event: PostWithdrawn) -> None:
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
    subscribe(PostEdited, on_post_edited)
    subscribe(PostWithdrawn, on_post_withdrawn)
