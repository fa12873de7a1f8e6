"""The statements of threads."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.posts.attachments.statements import attachment_extension
from lti_tool.statements.recorder import Act, record_act, thing
from lti_tool.threads.events import ReplyPosted, ThreadPosted
from xapi import vocabulary


def on_thread_posted(session: Session, event: ThreadPosted) -> None:
    record_act(
        session,
        event.actor,
        Act(
            name="thread_posted",
            subject_id=event.post.id,
            statement_id=event.post.statement_id,
            verb=vocabulary.POSTED,
            object=thing(session, event.thread.id, vocabulary.FORUM_TOPIC),
            parents=[thing(session, event.actor.placement_id, vocabulary.RESOURCE_LINK)],
            extensions=attachment_extension(event.post),
            at=event.post.created_at,
        ),
    )


def on_reply_posted(session: Session, event: ReplyPosted) -> None:
    parents = [thing(session, event.thread.id, vocabulary.FORUM_TOPIC)]
    if not event.replied_to.is_opening:
        parents.append(thing(session, event.replied_to.id, vocabulary.FORUM_REPLY))
    record_act(
        session,
        event.actor,
        Act(
            name="reply_posted",
            subject_id=event.post.id,
            statement_id=event.post.statement_id,
            verb=vocabulary.REPLIED,
            object=thing(session, event.post.id, vocabulary.FORUM_REPLY),
            parents=parents,
            refers_to=event.replied_to.statement_id,
            extensions=attachment_extension(event.post),
            at=event.post.created_at,
        ),
    )


def subscribe_statements() -> None:
    subscribe(ThreadPosted, on_thread_posted)
    subscribe(ReplyPosted, on_reply_posted)
