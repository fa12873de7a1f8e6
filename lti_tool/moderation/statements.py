"""The statements of moderation."""

from sqlalchemy.orm import Session

from lti_tool.audit.models import StaffAct
from lti_tool.core.events import subscribe
from lti_tool.moderation.events import PostModerated, PostReported
from lti_tool.posts.statements import record_post_act
from lti_tool.statements.recorder import Unnamed
from xapi import vocabulary
from xapi.statement import SYSTEM

_VERBS = {
    StaffAct.HIDE: vocabulary.REMOVED,
    StaffAct.RESTORE: vocabulary.RESTORED,
    StaffAct.APPROVE: vocabulary.APPROVED,
    StaffAct.DECLINE: vocabulary.DENIED,
    StaffAct.UNMASK: vocabulary.UNMASKED,
}


def on_post_reported(session: Session, event: PostReported) -> None:
    record_post_act(
        session,
        event.actor,
        event.conversation,
        event.post,
        name="post_reported",
        subject_id=event.report.id,
        verb=vocabulary.FLAGGED,
        extensions={vocabulary.REASON: str(event.report.kind)},
        at=event.report.created_at,
        unnamed=Unnamed(SYSTEM, event.conversation.placement_id),
    )


def on_post_moderated(session: Session, event: PostModerated) -> None:
    """Keeping a reported post changes nothing, so it has no statement.

    Nor is there one of a declined post: it never was a post to others, and no statement names it.
    """
    verb = _VERBS.get(event.entry.act)
    if verb is None or not event.post.is_public:
        return
    record_post_act(
        session,
        event.actor,
        event.conversation,
        event.post,
        name="post_moderated",
        subject_id=event.entry.id,
        verb=verb,
        at=event.entry.created_at,
    )


def subscribe_statements() -> None:
    subscribe(PostReported, on_post_reported)
    subscribe(PostModerated, on_post_moderated)
