"""Writing contributions: opening a conversation, and posting to one."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.db import insert_once
from lti_tool.core.errors import NotFoundError
from lti_tool.core.ids import new_random_id
from lti_tool.core.prepared import EITHER_ROLE, asked_by, asker, kept, time_of_asking
from lti_tool.core.schedule import Stage
from lti_tool.markup.markdown import render
from lti_tool.mentions.queries import known_in
from lti_tool.posts.anonymity.pseudonyms import claim_pseudonym
from lti_tool.posts.anonymity.queries import check_anonymity
from lti_tool.posts.approval import first_state, keep_for_approval, must_wait
from lti_tool.posts.audiences import Readers
from lti_tool.posts.changes import ClosedError
from lti_tool.posts.events import PostWritten
from lti_tool.posts.groups import check_may_post
from lti_tool.posts.models import Conversation, ConversationKind, Post
from lti_tool.posts.order_in_conversation import newest_first
from lti_tool.posts.phases import OutsidePhaseError, takes_posts_now
from lti_tool.posts.reading import mark_own
from lti_tool.posts.visibility import legible, readable, readable_post, replies_are_open
from lti_tool.posts.writing import Writing

_CONVERSATION: BindParameter[UUID] = bindparam("conversation_id")
_OPENING = select(Post).where(Post.conversation_id == _CONVERSATION, Post.is_opening)
_TAKE_NUMBER = (
    update(Conversation)
    .where(Conversation.id == _CONVERSATION, Conversation.closed_at.is_(None))
    .values(
        reply_count=Conversation.reply_count + 1,
        answer_count=Conversation.answer_count + bindparam("answers"),
        last_activity_at=time_of_asking(),
    )
    .returning(Conversation.reply_count)
)
_Sent = TypeVar("_Sent", Conversation, Post)


def access_conversation(
    session: Session, actor: Actor, conversation_id: UUID, kind: ConversationKind
) -> Conversation:
    """The conversation, for who may read it. The only way from an id in a request to one."""
    asked = asked_by(actor, conversation_id=conversation_id, kind=kind)
    found = session.scalars(_to_read(is_staff=actor.role.is_staff), asked).one_or_none()
    if found is None:
        raise NotFoundError
    return found


@kept(is_staff=EITHER_ROLE)
def _to_read(*, is_staff: bool) -> Select[Conversation]:
    return select(Conversation).where(
        Conversation.id == _CONVERSATION,
        Conversation.kind == bindparam("kind"),
        readable(asker(is_staff=is_staff)),
    )


def access_any_conversation(session: Session, actor: Actor, conversation_id: UUID) -> Conversation:
    """The conversation of either kind, for who may read it."""
    found = session.scalars(
        select(Conversation).where(readable(actor), Conversation.id == conversation_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def was_posted(session: Session, actor: Actor, submission_key: UUID) -> bool:
    """Whether the actor's form arrived before."""
    query = select(Post.id).filter_by(author_id=actor.person_id, submission_key=submission_key)
    return session.scalar(query) is not None


def sees_replies(session: Session, actor: Actor, conversation_id: UUID) -> bool:
    """Whether others' replies are there for the actor by now. One query; none for staff."""
    asked = asked_by(actor, conversation_id=conversation_id)
    return actor.role.is_staff or session.scalars(_are_open_to_learner(), asked).one()


@kept()
def _are_open_to_learner() -> Select[bool]:
    return select(replies_are_open(asker(is_staff=False))).where(Conversation.id == _CONVERSATION)


def access_post(session: Session, actor: Actor, post_id: UUID, *, lock: bool = False) -> Post:
    """The post, for who may read its words, whichever conversation it stands in.

    With `lock` nobody else changes it until this transaction ends; replying to it goes on.
    """
    query = (
        select(Post)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .where(Post.id == post_id, readable_post(actor), legible(actor))
    )
    if lock:
        query = query.with_for_update(of=Post, key_share=True).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def access_own_post(session: Session, actor: Actor, post_id: UUID, *, lock: bool = False) -> Post:
    """The post, for the one who wrote it and has not withdrawn it."""
    post = access_post(session, actor, post_id, lock=lock)
    if post.author_id != actor.person_id:
        raise NotFoundError
    return post


def conversation_of(session: Session, post: Post) -> Conversation:
    """What the post stands in, as it is now."""
    return session.get_one(Conversation, post.conversation_id, populate_existing=True)


def open_conversation(
    session: Session,
    actor: Actor,
    *,
    kind: ConversationKind,
    title: str,
    writing: Writing,
    tags: Sequence[str] = (),
    readers: Readers,
) -> tuple[Conversation, Post | None]:
    """A conversation with its opening post; without the post when this submission was taken before.

    Raises OutsidePhaseError where the activity takes none by now.
    """
    if not takes_posts_now(session, actor, kind, actor.placement_id):
        return _sent_before(session, actor, Conversation, writing.submission_key, OutsidePhaseError()), None
    if writing.anonymous:
        check_anonymity(session, actor, None)
    is_held = must_wait(session, actor)
    conversation, made = insert_once(
        session,
        Conversation,
        key=("author_id", "submission_key"),
        author_id=actor.person_id,
        submission_key=writing.submission_key,
        course_id=actor.course_id,
        placement_id=actor.placement_id,
        kind=kind,
        title=title,
        tags=list(tags),
        audience=readers.audience,
        group_id=readers.group_id,
        last_activity_at=clock.now(),
        **first_state(is_held=is_held),
    )
    if not made:
        return conversation, None
    if writing.anonymous:
        conversation.pseudonym = claim_pseudonym(session, conversation.id, actor.person_id)
        session.flush()
    post, _ = _insert_post(
        session,
        actor,
        conversation,
        writing=writing,
        number=0,
        is_held=is_held,
        pseudonym=conversation.pseudonym,
    )
    mark_own(session, actor, conversation.id, 0)
    return conversation, post


def add_post(
    session: Session,
    actor: Actor,
    conversation: Conversation,
    *,
    writing: Writing,
    in_reply_to_id: UUID | None = None,
    side: int | None = None,
    stage: Stage | None = None,
) -> tuple[Post, bool]:
    """A further post; the second value says whether this call made it, or the same submission before.

    One that waits for approval counts, and is told of, when it is published; it has no number until then.
    Raises ClosedError where the conversation takes none any more, or none of the actor's.
    """
    check_may_post(session, actor, conversation)
    if not takes_posts_now(session, actor, conversation.kind, conversation.placement_id):
        return _sent_before(session, actor, Post, writing.submission_key, OutsidePhaseError()), False
    if writing.anonymous:
        check_anonymity(session, actor, conversation.id)
    is_held = must_wait(session, actor)
    # Who began it and writes under another face is somebody else, as others see it.
    is_under_another_face = writing.anonymous != (conversation.pseudonym is not None)
    is_answer = actor.person_id != conversation.author_id or is_under_another_face
    number = None if is_held else _take_number(session, conversation, is_answer=is_answer)
    if number is None and (not is_held or conversation.closed_at is not None):
        return _sent_before(session, actor, Post, writing.submission_key, ClosedError()), False
    post, made = _insert_post(
        session,
        actor,
        conversation,
        writing=writing,
        number=number,
        in_reply_to_id=in_reply_to_id,
        side=side,
        stage=stage,
        is_held=is_held,
        pseudonym=claim_pseudonym(session, conversation.id, actor.person_id) if writing.anonymous else None,
    )
    if number is not None:
        if made:
            mark_own(session, actor, conversation.id, number)
        else:
            _give_back_number(session, conversation, is_answer=is_answer)
    return post, made


def to_html(session: Session, actor: Actor, text: str, *, group_id: UUID | None = None) -> str:
    """The HTML of what somebody wrote in the actor's course, with whom it mentions. No query without an @.

    Nobody is mentioned in a group's conversation (`group_id`) who is not there to read it.
    """
    return render(text, known_in(session, actor.course_id, [text], group_id=group_id))


def _take_number(session: Session, conversation: Conversation, *, is_answer: bool) -> int | None:
    """The next post's number; None where it is closed.

    Whoever posts there, or closes it, waits for the end of this transaction: so numbers are in the order
    of commits, without gaps, and nothing is posted to what is closed.
    """
    return session.scalar(
        _TAKE_NUMBER,
        {"conversation_id": conversation.id, "answers": int(is_answer)},
        execution_options={"synchronize_session": False},
    )


def _give_back_number(session: Session, conversation: Conversation, *, is_answer: bool) -> None:
    """For a post that was there before. The number is still ours alone."""
    newest = newest_first(select(Post.created_at), conversation.id).limit(1)
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation.id)
        .values(
            reply_count=Conversation.reply_count - 1,
            answer_count=Conversation.answer_count - int(is_answer),
            last_activity_at=newest.scalar_subquery(),
        ),
        execution_options={"synchronize_session": False},
    )


def _sent_before(
    session: Session, actor: Actor, model: type[_Sent], submission_key: UUID, closed: ClosedError
) -> _Sent:
    """What was posted before it was closed, and is now sent once more."""
    query = select(model).filter_by(author_id=actor.person_id, submission_key=submission_key)
    sent = session.scalars(query).one_or_none()
    if sent is None:
        raise closed
    return sent


def opening_post(session: Session, conversation: Conversation) -> Post:
    return session.scalars(_OPENING, {"conversation_id": conversation.id}).one()


def _insert_post(
    session: Session,
    actor: Actor,
    conversation: Conversation,
    *,
    writing: Writing,
    number: int | None,
    is_held: bool,
    pseudonym: str | None,
    in_reply_to_id: UUID | None = None,
    side: int | None = None,
    stage: Stage | None = None,
) -> tuple[Post, bool]:
    post, made = insert_once(
        session,
        Post,
        key=("author_id", "submission_key"),
        author_id=actor.person_id,
        submission_key=writing.submission_key,
        course_id=actor.course_id,
        conversation_id=conversation.id,
        author_role=actor.role,
        pseudonym=pseudonym,
        number=number,
        is_opening=number == 0,
        in_reply_to_id=in_reply_to_id,
        side=side,
        stage=stage,
        body=writing.body,
        body_html=to_html(session, actor, writing.body, group_id=conversation.group_id),
        statement_id=new_random_id(),
        **first_state(is_held=is_held),
    )
    if made:
        events.record(session, PostWritten(actor, post, writing.files))
    if made and is_held:
        keep_for_approval(session, actor, post)
    return post, made
