"""What people do in threads."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.core import events
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.drafts.service import FormState, close_draft
from lti_tool.posts.attachments.attaching import Chosen
from lti_tool.posts.events import PostApproved
from lti_tool.posts.models import Conversation, ConversationKind, Post
from lti_tool.posts.service import access_conversation, access_post, add_post, open_conversation, opening_post
from lti_tool.threads.events import ReplyPosted, ThreadPosted


def access_thread(session: Session, actor: Actor, thread_id: UUID) -> Conversation:
    """The thread, for who may read it."""
    return access_conversation(session, actor, thread_id, ConversationKind.THREAD)


def place_of_reply(thread_id: UUID, in_reply_to_id: UUID | None) -> DraftPlace:
    """Where the draft of a reply is kept: one for the thread as a whole, and one for each post."""
    if in_reply_to_id:
        return DraftPlace(DraftKind.REPLY_TO, in_reply_to_id)
    return DraftPlace(DraftKind.REPLY, thread_id)


def post_thread(
    session: Session,
    actor: Actor,
    *,
    title: str,
    body: str,
    submission_key: UUID,
    draft: FormState | None = None,
    files: Sequence[Chosen] = (),
) -> Conversation:
    """Open a thread in the actor's activity."""
    thread, post = open_conversation(
        session,
        actor,
        kind=ConversationKind.THREAD,
        title=title,
        body=body,
        submission_key=submission_key,
        files=files,
    )
    close_draft(session, actor, place=DraftPlace(DraftKind.THREAD, actor.placement_id), form=draft)
    if post is not None and post.is_public:
        events.record(session, ThreadPosted(actor, thread, post))
    return thread


def post_reply(
    session: Session,
    actor: Actor,
    *,
    thread_id: UUID,
    body: str,
    submission_key: UUID,
    in_reply_to_id: UUID | None = None,
    draft: FormState | None = None,
    files: Sequence[Chosen] = (),
) -> Post:
    """Reply to the thread, or to one of its posts."""
    thread = access_thread(session, actor, thread_id)
    replied_to = (
        access_post(session, actor, in_reply_to_id) if in_reply_to_id else opening_post(session, thread)
    )
    if replied_to.conversation_id != thread.id or not (replied_to.is_opening or replied_to.is_public):
        raise NotFoundError
    reply, made = add_post(
        session,
        actor,
        thread,
        body=body,
        submission_key=submission_key,
        in_reply_to_id=replied_to.id,
        files=files,
    )
    close_draft(session, actor, place=place_of_reply(thread.id, in_reply_to_id), form=draft)
    if made and reply.is_public:
        events.record(session, ReplyPosted(actor, thread, reply, replied_to))
    return reply


def tell_of_approved(session: Session, event: PostApproved) -> None:
    """A post that waited for approval was published: now its thread or reply is told of."""
    post, thread = event.post, event.conversation
    if thread.kind is not ConversationKind.THREAD:
        return
    if post.is_opening:
        events.record(session, ThreadPosted(event.author, thread, post))
    else:
        replied_to = session.get_one(Post, post.in_reply_to_id)
        events.record(session, ReplyPosted(event.author, thread, post, replied_to))
