"""The statements of changing and withdrawing."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.posts.revisions.events import PostEdited, PostWithdrawn
from lti_tool.posts.statements import post_parents, post_thing
from lti_tool.statements.recorder import Act, record_act
from xapi import vocabulary


def on_post_edited(session: Session, event: PostEdited) -> None:
    record_act(
        session,
        event.actor,
        Act(
            name="post_edited",
            subject_id=event.replaced.id,
            verb=vocabulary.EDITED,
            object=post_thing(session, event.conversation, event.post),
            parents=post_parents(session, event.conversation, event.post),
            refers_to=event.post.statement_id,
            extensions={vocabulary.REVISION: event.post.revision},
            at=event.replaced.created_at,
        ),
    )


def on_post_withdrawn(session: Session, event: PostWithdrawn) -> None:
    record_act(
        session,
        event.actor,
        Act(
            name="post_withdrawn",
            subject_id=event.post.id,
            verb=vocabulary.DELETED,
            object=post_thing(session, event.conversation, event.post),
            parents=post_parents(session, event.conversation, event.post),
            refers_to=event.post.statement_id,
            at=event.at,
        ),
    )


def subscribe_statements() -> None:
    subscribe(PostEdited, on_post_edited)
    subscribe(PostWithdrawn, on_post_withdrawn)
