"""What people do in help requests."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.drafts.service import FormState, close_draft
from lti_tool.help_requests.events import AnswerPosted, HelpAsked, RequestResolved
from lti_tool.help_requests.models import HelpRequest, HelpStatus, HelpWanted
from lti_tool.posts.acceptance.service import accept
from lti_tool.posts.attachments.attaching import Chosen
from lti_tool.posts.events import PostApproved
from lti_tool.posts.models import Conversation, ConversationKind, Post
from lti_tool.posts.service import access_post, add_post, open_conversation, opening_post, to_html
from lti_tool.posts.visibility import readable


def access_help_request(
    session: Session, actor: Actor, request_id: UUID, *, lock: bool = False
) -> HelpRequest:
    """The request with its conversation, for who may read that.

    With `lock` nobody else changes it until this transaction ends.
    """
    query = (
        select(HelpRequest)
        .join(HelpRequest.conversation)
        .where(HelpRequest.conversation_id == request_id, readable(actor))
        .options(contains_eager(HelpRequest.conversation))
    )
    if lock:
        query = query.with_for_update(of=HelpRequest).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def _access_own_request(session: Session, actor: Actor, request_id: UUID) -> HelpRequest:
    """The request, locked, for the one who asked."""
    request = access_help_request(session, actor, request_id, lock=True)
    if request.author_id != actor.person_id:
        raise NotFoundError
    return request


def ask_for_help(
    session: Session,
    actor: Actor,
    *,
    title: str,
    trying_to: str,
    tried: str,
    expected: str,
    got: str,
    help_wanted: HelpWanted,
    submission_key: UUID,
    draft: FormState | None = None,
    files: Sequence[Chosen] = (),
    anonymous: bool = False,
) -> Conversation:
    """Ask the people of the course, in the actor's activity."""
    conversation, post = open_conversation(
        session,
        actor,
        kind=ConversationKind.HELP_REQUEST,
        title=title,
        body=trying_to,
        submission_key=submission_key,
        files=files,
        anonymous=anonymous,
    )
    close_draft(session, actor, place=DraftPlace(DraftKind.HELP_REQUEST, actor.placement_id), form=draft)
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
            events.record(session, HelpAsked(actor, request, post))
    return conversation


def post_answer(
    session: Session,
    actor: Actor,
    *,
    request_id: UUID,
    body: str,
    submission_key: UUID,
    draft: FormState | None = None,
    files: Sequence[Chosen] = (),
    anonymous: bool = False,
) -> Post:
    """Answer the request; what the asker adds leaves it waiting."""
    request = access_help_request(session, actor, request_id, lock=True)
    asked = opening_post(session, request.conversation)
    post, made = add_post(
        session,
        actor,
        request.conversation,
        body=body,
        submission_key=submission_key,
        in_reply_to_id=asked.id,
        files=files,
        anonymous=anonymous,
    )
    close_draft(session, actor, place=DraftPlace(DraftKind.ANSWER, request_id), form=draft)
    if made and post.is_public:
        _tell_of_answer(session, actor, request, post, asked)
    return post


def _tell_of_answer(session: Session, author: Actor, request: HelpRequest, post: Post, asked: Post) -> None:
    # Who asked under another face than this one counts as somebody else, as they do for all others.
    if author.person_id != request.author_id or post.pseudonym != request.conversation.pseudonym:
        _note_answer(request, post)
    events.record(session, AnswerPosted(author, request, post, asked))


def tell_of_approved(session: Session, event: PostApproved) -> None:
    """A post that waited for approval was published: now its question or answer is told of."""
    post, conversation = event.post, event.conversation
    if conversation.kind is not ConversationKind.HELP_REQUEST:
        return
    request = session.scalars(
        select(HelpRequest)
        .filter_by(conversation_id=conversation.id)
        .options(joinedload(HelpRequest.conversation, innerjoin=True))
        .with_for_update(of=HelpRequest)
    ).one()
    if post.is_opening:
        events.record(session, HelpAsked(event.author, request, post))
    else:
        _tell_of_answer(session, event.author, request, post, opening_post(session, conversation))


def _note_answer(request: HelpRequest, post: Post) -> None:
    if request.first_answer_at is None:
        request.first_answer_at = post.created_at
    if request.status is HelpStatus.WAITING:
        request.status = HelpStatus.ANSWERED


def accept_answer(session: Session, actor: Actor, *, request_id: UUID, post_id: UUID) -> HelpRequest:
    """Take somebody's answer as the one that helped. Once more for the same one changes nothing."""
    request = _access_own_request(session, actor, request_id)
    answer = access_post(session, actor, post_id)
    if answer.conversation_id != request.conversation_id or answer.author_id == request.author_id:
        raise NotFoundError
    request.accepted_post_id = answer.id
    accept(session, actor, request.conversation, answer)
    return request


def resolve_request(session: Session, actor: Actor, *, request_id: UUID, what_fixed_it: str) -> HelpRequest:
    """Say what fixed it, which closes the waiting. What was said first stands."""
    request = _access_own_request(session, actor, request_id)
    if request.status is not HelpStatus.RESOLVED:
        now = clock.now()
        request.status = HelpStatus.RESOLVED
        request.resolved_at = now
        request.what_fixed_it = what_fixed_it
        session.flush()
        asked = opening_post(session, request.conversation)
        events.record(session, RequestResolved(actor, request, asked, now))
    return request
