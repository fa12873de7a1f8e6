"""What people do in help requests."""

from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import Session, contains_eager

from lti_tool.acceptance.service import accept, check_may_settle, take_back
from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.db import change_if
from lti_tool.core.errors import NotFoundError
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.drafts.service import close_draft
from lti_tool.help_requests.events import RequestReopened, RequestResolved
from lti_tool.help_requests.models import HelpRequest, HelpWanted
from lti_tool.posts.audiences import WHOLE_COURSE
from lti_tool.posts.changes import keep_change
from lti_tool.posts.events import ContributionPublished, ContributionRenewed
from lti_tool.posts.models import Change, Conversation, ConversationKind, Post
from lti_tool.posts.service import add_post, open_conversation, opening_post, to_html
from lti_tool.posts.visibility import readable
from lti_tool.posts.writing import Writing


def access_help_request(session: Session, actor: Actor, request_id: UUID) -> HelpRequest:
    """The request with its conversation, for who may read that."""
    found = session.scalars(
        select(HelpRequest)
        .join(HelpRequest.conversation)
        .where(HelpRequest.conversation_id == request_id, readable(actor))
        .options(contains_eager(HelpRequest.conversation))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def _access_to_settle(session: Session, actor: Actor, request_id: UUID) -> HelpRequest:
    """The request, for who asked and for staff."""
    request = access_help_request(session, actor, request_id)
    check_may_settle(actor, request.conversation)
    return request


def ask_for_help(
    session: Session,
    actor: Actor,
    *,
    title: str,
    writing: Writing,
    tried: str,
    expected: str,
    got: str,
    help_wanted: HelpWanted,
) -> Conversation:
    """Ask the people of the course, in the actor's activity. The body says what the actor is trying to do."""
    conversation, post = open_conversation(
        session,
        actor,
        kind=ConversationKind.HELP_REQUEST,
        title=title,
        writing=writing,
        readers=WHOLE_COURSE,
    )
    close_draft(
        session, actor, place=DraftPlace(DraftKind.HELP_REQUEST, actor.placement_id), form=writing.draft
    )
    if post is not None:
        request = HelpRequest(
            conversation=conversation,
            course_id=actor.course_id,
            author_id=actor.person_id,
            tried=tried,
            tried_html=to_html(session, actor, tried),
            expected=expected,
            expected_html=to_html(session, actor, expected),
            got=got,
            got_html=to_html(session, actor, got),
            help_wanted=help_wanted,
        )
        session.add(request)
        session.flush()
        if post.is_public:
            events.record(session, ContributionPublished(actor, conversation, post, None))
    return conversation


def post_answer(
    session: Session,
    actor: Actor,
    *,
    request_id: UUID,
    writing: Writing,
) -> Post:
    """Answer the request; what the asker adds leaves it waiting."""
    request = access_help_request(session, actor, request_id)
    asked = opening_post(session, request.conversation)
    post, made = add_post(
        session,
        actor,
        request.conversation,
        writing=writing,
        in_reply_to_id=asked.id,
    )
    close_draft(session, actor, place=DraftPlace(DraftKind.ANSWER, request_id), form=writing.draft)
    if made and post.is_public:
        events.record(session, ContributionPublished(actor, request.conversation, post, asked))
    return post


def accept_answer(session: Session, actor: Actor, *, request_id: UUID, post_id: UUID) -> HelpRequest:
    """Take somebody's answer as the one that helped. For who asked, and for staff."""
    request = _access_to_settle(session, actor, request_id)
    accept(session, actor, request.conversation, post_id)
    return request


def take_answer_back(session: Session, actor: Actor, *, request_id: UUID, post_id: UUID) -> None:
    """Take an answer as the one that helped no longer. For who asked, and for staff."""
    request = _access_to_settle(session, actor, request_id)
    take_back(session, actor, request.conversation, post_id)


def resolve_request(session: Session, actor: Actor, *, request_id: UUID, what_fixed_it: str) -> None:
    """Say what fixed it, which closes the waiting. For who asked, and for staff.

    What was said first stands, until the request is opened again.
    """
    request = _access_to_settle(session, actor, request_id)
    conversation = request.conversation
    if not change_if(session, conversation, Conversation.resolved_at.is_(None), resolved_at=clock.now()):
        return
    _keep_what_fixed_it(session, request, what_fixed_it, actor.person_id)
    change = keep_change(session, actor, conversation, Change.RESOLVED, what_fixed_it)
    asked = opening_post(session, conversation)
    events.record(session, RequestResolved(actor, request, asked, change))
    events.record(session, ContributionRenewed(asked.id))


def reopen_request(session: Session, actor: Actor, *, request_id: UUID) -> None:
    """Have it wait for help again, without what was said to fix it. For who asked, and for staff."""
    request = _access_to_settle(session, actor, request_id)
    conversation = request.conversation
    if not change_if(session, conversation, Conversation.resolved_at.is_not(None), resolved_at=None):
        return
    _keep_what_fixed_it(session, request, None, None)
    change = keep_change(session, actor, conversation, Change.REOPENED)
    asked = opening_post(session, conversation)
    events.record(session, RequestReopened(actor, request, asked, change))
    events.record(session, ContributionRenewed(asked.id))


def _keep_what_fixed_it(
    session: Session, request: HelpRequest, what_fixed_it: str | None, by_id: UUID | None
) -> None:
    """Write it whatever was read before: the conversation's row is locked by now."""
    change_if(session, request, true(), what_fixed_it=what_fixed_it, resolved_by_id=by_id)
