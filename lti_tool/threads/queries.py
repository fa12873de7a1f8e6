"""What the pages of threads show."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.paging import Page, Place
from lti_tool.posts import queries as posts
from lti_tool.posts.models import ConversationKind
from lti_tool.posts.queries import ConversationRow, ConversationView, PostView
from lti_tool.threads.service import access_thread


@dataclass(frozen=True, slots=True)
class ThreadPage:
    thread: ConversationView
    replies: Page[PostView]
    reply_to: PostView | None
    """The post that the composer answers; None for the thread as a whole."""


def thread_list(
    session: Session, actor: Actor, *, whole_course: bool, after: Place | None
) -> Page[ConversationRow]:
    """The threads of the actor's activity, or of the whole course. One query."""
    return posts.conversations(
        session,
        actor,
        kind=ConversationKind.THREAD,
        placement_id=None if whole_course else actor.placement_id,
        after=after,
    )


def thread_page(
    session: Session,
    actor: Actor,
    thread_id: UUID,
    *,
    from_id: UUID | None,
    around_id: UUID | None,
    reply_to_id: UUID | None,
) -> ThreadPage:
    """A thread with fifty of its replies. Three queries, four when one post is being answered."""
    thread = access_thread(session, actor, thread_id)
    return ThreadPage(
        thread=posts.conversation_view(session, actor, thread),
        replies=posts.replies(session, actor, thread.id, from_id=from_id, around_id=around_id),
        reply_to=posts.reply_in(session, actor, thread.id, reply_to_id) if reply_to_id else None,
    )
