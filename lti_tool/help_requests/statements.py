"""The statements of help requests."""

from typing import Any

from sqlalchemy.orm import Session

from lti_tool.attachments.statements import attachment_extension
from lti_tool.core.events import subscribe
from lti_tool.help_requests.events import AnswerPosted, HelpAsked, RequestReopened, RequestResolved
from lti_tool.help_requests.models import HelpRequest
from lti_tool.posts.models import Conversation, Post
from lti_tool.posts.statements import unnamed_author
from lti_tool.statements.recorder import Act, Activity, Unnamed, record_act, thing
from xapi import vocabulary
from xapi.statement import format_duration


def on_help_asked(session: Session, event: HelpAsked) -> None:
    record_act(
        session,
        event.actor,
        Act(
            name="help_asked",
            subject_id=event.post.id,
            statement_id=event.post.statement_id,
            verb=vocabulary.ASKED,
            object=_doubt(session, event.request),
            parents=[thing(session, event.actor.placement_id, vocabulary.RESOURCE_LINK)],
            extensions={
                vocabulary.HELP_WANTED: str(event.request.help_wanted),
                **attachment_extension(event.post),
            },
            written=_asked(event),
            at=event.post.created_at,
            unnamed=_unnamed(session, event, event.post),
        ),
    )


def on_answer_posted(session: Session, event: AnswerPosted) -> None:
    record_act(
        session,
        event.actor,
        Act(
            name="answer_posted",
            subject_id=event.post.id,
            statement_id=event.post.statement_id,
            verb=vocabulary.REPLIED,
            object=thing(session, event.post.id, vocabulary.SOLUTION),
            parents=[_doubt(session, event.request)],
            refers_to=event.asked.statement_id,
            extensions=attachment_extension(event.post),
            written=[event.post.body_html],
            at=event.post.created_at,
            unnamed=_unnamed(session, event, event.post),
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
    request = event.request
    record_act(
        session,
        event.actor,
        Act(
            name=name,
            subject_id=event.change.id,
            verb=verb,
            object=_doubt(session, request),
            parents=[thing(session, request.conversation.placement_id, vocabulary.RESOURCE_LINK)],
            refers_to=event.asked.statement_id,
            result=result,
            at=event.change.created_at,
            unnamed=_unnamed(session, event, request.conversation),
        ),
    )


def _asked(event: HelpAsked) -> list[str]:
    """All of it, in the order of the page."""
    request = event.request
    return [event.post.body_html, request.tried_html, request.expected_html, request.got_html]


def _unnamed(
    session: Session,
    event: HelpAsked | AnswerPosted | RequestResolved | RequestReopened,
    content: Post | Conversation,
) -> Unnamed | None:
    return unnamed_author(session, event.actor, event.request.conversation, content)


def _doubt(session: Session, request: HelpRequest) -> Activity:
    return thing(session, request.conversation_id, vocabulary.DOUBT)


def subscribe_statements() -> None:
    subscribe(HelpAsked, on_help_asked)
    subscribe(AnswerPosted, on_answer_posted)
    subscribe(RequestResolved, on_request_resolved)
    subscribe(RequestReopened, on_request_reopened)
