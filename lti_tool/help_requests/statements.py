"""The statements of help requests."""

from typing import Any

from sqlalchemy.orm import Session

from lti_tool.attachments.statements import attachment_extension
from lti_tool.core.events import subscribe
from lti_tool.help_requests.events import RequestReopened, RequestResolved
from lti_tool.help_requests.models import HelpRequest
from lti_tool.posts.events import ContributionPublished
from lti_tool.posts.kinds import html_of
from lti_tool.posts.models import Conversation, Post
from lti_tool.posts.statements import unnamed_author
from lti_tool.statements.recorder import Act, Activity, record_act, thing
from xapi import vocabulary
from xapi.statement import format_duration


def record_published(session: Session, event: ContributionPublished) -> None:
    if event.replied_to is None:
        _record_request(session, event)
    else:
        _record_answer(session, event, event.replied_to)


def _record_request(session: Session, event: ContributionPublished) -> None:
    request = session.get_one(HelpRequest, event.conversation.id)
    record_act(
        session,
        event.actor,
        Act(
            name="help_asked",
            subject_id=event.post.id,
            statement_id=event.post.statement_id,
            verb=vocabulary.ASKED,
            object=_doubt(session, event.conversation),
            parents=[thing(session, event.actor.placement_id, vocabulary.RESOURCE_LINK)],
            extensions={
                vocabulary.HELP_WANTED: str(request.help_wanted),
                **attachment_extension(event.post),
            },
            written=html_of(session, event.conversation, event.post),
            at=event.post.created_at,
            unnamed=unnamed_author(session, event.actor, event.conversation, event.post),
        ),
    )


def _record_answer(session: Session, event: ContributionPublished, asked: Post) -> None:
    record_act(
        session,
        event.actor,
        Act(
            name="answer_posted",
            subject_id=event.post.id,
            statement_id=event.post.statement_id,
            verb=vocabulary.REPLIED,
            object=thing(session, event.post.id, vocabulary.SOLUTION),
            parents=[_doubt(session, event.conversation)],
            refers_to=asked.statement_id,
            extensions=attachment_extension(event.post),
            written=[event.post.body_html],
            at=event.post.created_at,
            unnamed=unnamed_author(session, event.actor, event.conversation, event.post),
        ),
    )


def on_request_resolved(session: Session, event: RequestResolved) -> None:
    waited = event.change.created_at - event.asked.created_at
    result = {"success": True, "duration": format_duration(waited)}
    _record(session, event, "request_resolved", vocabulary.RESOLVED, result)


def on_request_reopened(session: Session, event: RequestReopened) -> None:
    _record(session, event, "request_reopened", vocabulary.REOPENED)


def _record(
    session: Session,
    event: RequestResolved | RequestReopened,
    name: str,
    verb: vocabulary.Verb,
    result: dict[str, Any] | None = None,
) -> None:
    conversation = event.request.conversation
    record_act(
        session,
        event.actor,
        Act(
            name=name,
            subject_id=event.change.id,
            verb=verb,
            object=_doubt(session, conversation),
            parents=[thing(session, conversation.placement_id, vocabulary.RESOURCE_LINK)],
            refers_to=event.asked.statement_id,
            result=result,
            at=event.change.created_at,
            unnamed=unnamed_author(session, event.actor, conversation, conversation),
        ),
    )


def _doubt(session: Session, conversation: Conversation) -> Activity:
    return thing(session, conversation.id, vocabulary.DOUBT)


def subscribe_statements() -> None:
    subscribe(RequestResolved, on_request_resolved)
    subscribe(RequestReopened, on_request_reopened)
