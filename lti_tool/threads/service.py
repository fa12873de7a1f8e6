"""What people do in threads."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.acceptance.service import accept, take_back
from lti_tool.core import events
from lti_tool.core.actor import Actor
from lti_tool.core.db import insert_once
from lti_tool.core.errors import NotFoundError, RefusedError
from lti_tool.core.schedule import Stage
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import Shape, shape_of
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.drafts.service import close_draft
from lti_tool.posts import changes, reading
from lti_tool.posts.events import ContributionPublished, ContributionRenewed
from lti_tool.posts.groups import readers_of_new
from lti_tool.posts.models import Conversation, ConversationChange, ConversationKind, Post
from lti_tool.posts.service import (
    access_conversation,
    access_post,
    add_post,
    open_conversation,
    opening_post,
    sees_replies,
)
from lti_tool.posts.substance import missing_words
from lti_tool.posts.writing import Writing
from lti_tool.rotation.service import may_sum_up
from lti_tool.threads.clinic import lock_case, stage_now, stage_of_post
from lti_tool.threads.debate import side_of_post
from lti_tool.threads.events import CaseMovedOn, ThreadChanged
from lti_tool.threads.models import CaseStage


class TooShortError(RefusedError):
    """What opens the others' answers says too little."""

    def __init__(self, missing: int) -> None:
        super().__init__()
        self.missing = missing
        """How many words."""


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
    writing: Writing,
    tags: Sequence[str] = (),
    group_id: UUID | None = None,
) -> Conversation:
    """Open a thread in the actor's activity: for a group of it, or for the whole course."""
    thread, post = open_conversation(
        session,
        actor,
        kind=ConversationKind.THREAD,
        title=title,
        writing=writing,
        tags=tags,
        readers=readers_of_new(session, actor, group_id),
    )
    close_draft(session, actor, place=DraftPlace(DraftKind.THREAD, actor.placement_id), form=writing.draft)
    if post is not None and post.is_public:
        events.record(session, ContributionPublished(actor, thread, post, None))
    return thread


def post_reply(
    session: Session,
    actor: Actor,
    *,
    thread_id: UUID,
    writing: Writing,
    in_reply_to_id: UUID | None = None,
    side: int | None = None,
    stage: Stage | None = None,
    is_argument: bool = True,
) -> Post:
    """Reply to the thread, or to one of its posts; an argument in a debate for a side, which then stands.

    `stage` is the one of a case that it was written for. Raises NotOnesTurnError or StageMovedError where the
    case is in another one, and TooShortError for an answer that would open the others' to the actor, and
    says too little.
    """
    thread = access_thread(session, actor, thread_id)
    if (missing := missing_words(writing.body)) and not sees_replies(session, actor, thread.id):
        raise TooShortError(missing)
    replied_to = (
        access_post(session, actor, in_reply_to_id) if in_reply_to_id else opening_post(session, thread)
    )
    if replied_to.conversation_id != thread.id or not (replied_to.is_opening or replied_to.is_public):
        raise NotFoundError
    reply, made = add_post(
        session,
        actor,
        thread,
        writing=writing,
        in_reply_to_id=replied_to.id,
        side=side_of_post(session, actor, thread, side, writing) if is_argument else None,
        stage=stage_of_post(session, actor, thread, stage, writing) if is_argument else None,
    )
    close_draft(session, actor, place=place_of_reply(thread.id, in_reply_to_id), form=writing.draft)
    if made and reply.is_public:
        events.record(session, ContributionPublished(actor, thread, reply, replied_to))
    return reply


def accept_answer(session: Session, actor: Actor, *, thread_id: UUID, post_id: UUID) -> None:
    """Take a reply as the answer to a thread that is a question. For who asked, and for staff."""
    accept(session, actor, _access_question(session, actor, thread_id), post_id)


def take_answer_back(session: Session, actor: Actor, *, thread_id: UUID, post_id: UUID) -> None:
    """Take a reply as the answer no longer. For who asked, and for staff."""
    take_back(session, actor, _access_question(session, actor, thread_id), post_id)


def _access_question(session: Session, actor: Actor, thread_id: UUID) -> Conversation:
    thread = access_thread(session, actor, thread_id)
    placement = session.get_one(Placement, thread.placement_id)
    if shape_of(placement.settings) is not Shape.QUESTION:
        raise NotFoundError
    return thread


def move_case_on(session: Session, actor: Actor, *, thread_id: UUID, to: Stage) -> None:
    """Have a case go on to its next stage. For its giver, and for staff; the same again changes nothing."""
    thread = _access_to_change(session, actor, thread_id)
    lock_case(session, thread)
    now = stage_now(session, actor, thread)
    if now is None or to.place > now.place + 1:
        raise NotFoundError
    if to.place <= now.place:
        return
    moved, made = insert_once(
        session,
        CaseStage,
        key=("conversation_id", "stage"),
        course_id=thread.course_id,
        conversation_id=thread.id,
        person_id=actor.person_id,
        stage=to,
    )
    if made:
        events.record(session, CaseMovedOn(actor, thread, moved))


def read_posts(session: Session, actor: Actor, *, thread_id: UUID, numbers: Collection[int]) -> None:
    """Note what one has read, by the posts' numbers in the thread. Nobody else is ever shown it."""
    reading.mark_read(session, actor, access_thread(session, actor, thread_id), numbers)


def unread_post(session: Session, actor: Actor, *, thread_id: UUID, number: int) -> None:
    """Have a post count as unread, to come back to it."""
    reading.mark_unread(session, actor, access_thread(session, actor, thread_id), number)


def close_thread(session: Session, actor: Actor, *, thread_id: UUID, reason: str) -> None:
    """Take no more replies, and say why. For staff, and for who began it."""
    thread = _access_to_change(session, actor, thread_id)
    _record(session, actor, thread, changes.close(session, actor, thread, reason))


def reopen_thread(session: Session, actor: Actor, *, thread_id: UUID) -> None:
    """Take replies again. For staff; for who began it where it was them who closed it."""
    thread = access_thread(session, actor, thread_id)
    by_author = thread.closed_by_id in {None, thread.author_id}
    if not may_reopen(actor, is_own=thread.author_id == actor.person_id, closed_by_author=by_author):
        raise NotFoundError
    _record(session, actor, thread, changes.reopen(session, actor, thread))


def pin_thread(session: Session, actor: Actor, *, thread_id: UUID) -> None:
    """Keep it at the top of its activity's list. For staff; three threads at most."""
    thread = access_as_staff(session, actor, thread_id)
    _record(session, actor, thread, changes.pin(session, actor, thread) if thread.pin_slot is None else None)


def unpin_thread(session: Session, actor: Actor, *, thread_id: UUID) -> None:
    thread = access_as_staff(session, actor, thread_id)
    _record(session, actor, thread, changes.unpin(session, actor, thread))


def tag_thread(session: Session, actor: Actor, *, thread_id: UUID, tags: Sequence[str]) -> None:
    """Give it these tags in place of its own. For staff, and for who began it."""
    thread = _access_to_change(session, actor, thread_id)
    change = changes.tag(session, actor, thread, tags)
    _record(session, actor, thread, change)
    if change is not None:
        events.record(session, ContributionRenewed(opening_post(session, thread).id))


def may_change(actor: Actor, *, is_own: bool) -> bool:
    """Whether one may tag and close it: staff, and who began it."""
    return actor.role.is_staff or is_own


def may_reopen(actor: Actor, *, is_own: bool, closed_by_author: bool) -> bool:
    """Staff, and who began it where it was them who closed it."""
    return actor.role.is_staff or (is_own and closed_by_author)


def _access_to_change(session: Session, actor: Actor, thread_id: UUID) -> Conversation:
    thread = access_thread(session, actor, thread_id)
    if not may_change(actor, is_own=thread.author_id == actor.person_id):
        raise NotFoundError
    return thread


def access_as_staff(session: Session, actor: Actor, thread_id: UUID) -> Conversation:
    """The thread, for staff."""
    thread = access_thread(session, actor, thread_id)
    if not actor.role.is_staff:
        raise NotFoundError
    return thread


def access_to_sum_up(session: Session, actor: Actor, thread_id: UUID) -> Conversation:
    """The thread, for staff and for its round's synthesiser, once the replies are there for them."""
    thread = access_thread(session, actor, thread_id)
    if not may_sum_up(session, actor, thread) or not sees_replies(session, actor, thread.id):
        raise NotFoundError
    return thread


def _record(session: Session, actor: Actor, thread: Conversation, change: ConversationChange | None) -> None:
    """Tell of what was changed; None is what was so before."""
    if change is not None:
        events.record(session, ThreadChanged(actor, thread, change))
