"""What the pages of threads show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.conversation_pages import listing
from lti_tool.conversation_pages import queries as posts
from lti_tool.conversation_pages.listing import ConversationList, ConversationRow, Wanted
from lti_tool.conversation_pages.queries import POSTS_A_PAGE, Begin
from lti_tool.conversation_pages.views import ConversationView, PostView, Replies
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.schedule import Stage
from lti_tool.courses.shapes import asks_what_changed
from lti_tool.posts.authors import Author
from lti_tool.posts.groups import GroupsHere, groups_here
from lti_tool.posts.models import MOST_PINS, ConversationKind, PostState
from lti_tool.posts.own import OwnAnswer, own_answer
from lti_tool.rotation.queries import RolesView, roles_here
from lti_tool.threads.clinic import Clinic, clinic_of, stages_of
from lti_tool.threads.debate import Debate, debate_of
from lti_tool.threads.service import access_to_sum_up, may_change, may_reopen

_THREAD = ConversationKind.THREAD
_TWO = 2
"""An own answer, and another one to compare it with."""


@dataclass(frozen=True, slots=True)
class ThreadList:
    wanted: Wanted
    pinned: Sequence[ConversationRow]
    threads: ConversationList
    tags: Sequence[str]
    """Those in use, for filters."""
    groups: GroupsHere | None
    """None where the activity is worked by everybody together."""
    roles: RolesView | None
    stages: Mapping[UUID, tuple[Stage, bool]]
    """Of cases: where each stands, and whether it is over."""

    @property
    def newest_id(self) -> UUID:
        """Of the threads in sight, the one that was begun last."""
        return max((row.id for row in (*self.pinned, *self.threads.rows)), default=UUID(int=0))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a thread a page begins, as its address says; nothing said is the usual place."""

    at: str | None = None
    """An id, or one of "first" and "unread"."""
    from_id: UUID | None = None
    before_id: UUID | None = None
    side: int | None = None
    """Of a debate: the posts of one side alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    thread: ConversationView
    replies: Replies
    reply_to: PostView | None
    """The post that the composer answers; None for the thread as a whole."""
    own_answer: OwnAnswer | None
    """The reader's first, to come back to after the others', where one answers first."""
    first_unread: int | None
    """The number of the first post that is not read yet."""
    may_change: bool
    may_reopen: bool
    may_pin: bool
    synthesis: PostView | None
    """The reply that stands at the top; None too where its words are not shown any more."""
    debate: Debate | None
    roles: RolesView | None
    """Of the reader's own activity, where they go round."""
    clinic: Clinic | None
    taken: PostView | None
    """What a case's giver takes along; None too where its words are not shown any more."""
    side: int | None
    """Whose posts alone are shown."""
    accepted: PostView | None
    """The answer to a question; None too where its words are not shown any more."""

    @property
    def may_sum_up(self) -> bool:
        """Whether the reader is the synthesiser of those whose the thread is, and sees what they wrote."""
        is_open = self.thread.replies_are_open
        return self.roles is not None and is_open and self.roles.sums_up(self.thread.group_id)

    @property
    def shown(self) -> frozenset[UUID]:
        """The posts on this page."""
        return frozenset([self.thread.opening.id, *(post.id for post in self.replies.rows)])

    @property
    def divider(self) -> UUID | None:
        """The first unread post of those in sight, where some of the thread was read before."""
        if self.thread.read.read_at is None:
            return None
        return next((post.id for post in self.replies.rows if post.is_unread), None)

    @property
    def last_number(self) -> int | None:
        """The number of the last post, where it is on this page."""
        if self.replies.next is not None or self.side is not None:
            return None
        return max((post.number or 0 for post in self.replies.rows), default=0)

    @property
    def participants(self) -> Sequence[Author]:
        """Who wrote what is on this page, each once. Nothing else tells who took part."""
        posts = (self.thread.opening, *self.replies.rows)
        return list({(it.author.person_id, it.author.name): it.author for it in posts}.values())


def thread_list(session: Session, actor: Actor, wanted: Wanted) -> ThreadList:
    """The threads of the actor's activity, or of the whole course.

    Two queries, three with pins above; one more in an activity with groups, two in a case clinic,
    one where roles go round.
    """
    is_top = wanted.has_pins and wanted.after is None
    pinned = listing.pinned(session, actor, _THREAD) if is_top else []
    threads = listing.conversations(session, actor, _THREAD, wanted)
    in_sight = [] if wanted.whole_course else [row.id for row in (*pinned, *threads.rows)]
    return ThreadList(
        wanted,
        pinned,
        threads,
        listing.tags_in_use(session, actor, _THREAD, whole_course=wanted.whole_course),
        groups_here(session, actor),
        None if wanted.whole_course else roles_here(session, actor),
        stages_of(session, actor, in_sight),
    )


def new_thread_count(session: Session, actor: Actor, wanted: Wanted, *, after_id: UUID) -> int:
    return listing.count_new(session, actor, _THREAD, wanted, after_id=after_id)


def thread_page(
    session: Session, actor: Actor, thread_id: UUID, *, place: Place, reply_to_id: UUID | None = None
) -> ThreadPage:
    """A thread with some of its replies.

    Two queries; one more each for staff, for an answer to one post, for a synthesis, for an accepted answer,
    in a debate, and where one answers first; in a case clinic two more, three once it is over; where roles go
    round one more.
    """
    thread = posts.conversation_view(session, actor, thread_id, _THREAD)
    replies = posts.replies(session, actor, thread, _begin(thread, place), thread.read, side=place.side)
    is_own, closing = thread.opening.author.is_self, thread.closing
    clinic = clinic_of(session, actor, thread)
    return ThreadPage(
        thread=thread,
        own_answer=_own_answer(session, actor, thread),
        replies=replies if thread.replies_are_open and place.side is None else replace(replies, earlier=0),
        reply_to=posts.reply_in(session, actor, thread, reply_to_id) if reply_to_id else None,
        first_unread=thread.read.first_unread(thread.last_number),
        may_change=may_change(actor, is_own=is_own),
        may_reopen=closing is not None
        and may_reopen(actor, is_own=is_own, closed_by_author=closing.by_author),
        may_pin=actor.role.is_staff and (thread.is_pinned or _has_room(session, thread)),
        synthesis=_at_top(session, actor, thread, thread.summing.post_id if thread.summing else None),
        debate=debate_of(session, actor, thread),
        roles=roles_here(session, actor) if thread.placement_id == actor.placement_id else None,
        clinic=clinic,
        taken=_at_top(session, actor, thread, clinic.taken_id if clinic else None),
        side=place.side,
        accepted=_at_top(session, actor, thread, thread.accepted_id),
    )


def _own_answer(session: Session, actor: Actor, thread: ConversationView) -> OwnAnswer | None:
    is_alone = not thread.replies_are_open or thread.reply_count < _TWO
    if is_alone or not asks_what_changed(thread.shape, thread.schedule):
        return None
    return own_answer(session, actor, thread.id)


def _at_top(
    session: Session, actor: Actor, thread: ConversationView, post_id: UUID | None
) -> PostView | None:
    post = posts.reply_in(session, actor, thread, post_id) if post_id else None
    return post if post and post.state is PostState.PUBLISHED else None


def _has_room(session: Session, thread: ConversationView) -> bool:
    return listing.pin_count(session, thread.placement_id, _THREAD) < MOST_PINS


def _begin(thread: ConversationView, place: Place) -> Begin:
    """Of a long thread one sees the end first, and may ask for what came before."""
    if place.side is not None:
        return Begin(from_id=place.from_id)
    if place.before_id:
        return Begin(before_id=place.before_id)
    if place.from_id or place.at == "first":
        return Begin(from_id=place.from_id)
    if place.at == "unread" and (first := thread.read.first_unread(thread.last_number)):
        return Begin(from_number=first)
    around = _as_id(place.at)
    if around:
        return Begin(around_id=around)
    return Begin(at_end=thread.last_number > POSTS_A_PAGE)


def _as_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def new_replies(
    session: Session, actor: Actor, thread_id: UUID, *, after_number: int
) -> tuple[ConversationView, Sequence[PostView]]:
    """What was posted to a thread after the reply of this number. Two queries."""
    thread = posts.conversation_view(session, actor, thread_id, _THREAD)
    return thread, posts.new_replies(session, actor, thread, after_number=after_number, read=thread.read)


@dataclass(frozen=True, slots=True)
class ComposerPart:
    """Where one answers, and whom."""

    thread: ConversationView
    reply_to: PostView | None
    debate: Debate | None


def composer_part(session: Session, actor: Actor, thread_id: UUID, reply_to_id: UUID | None) -> ComposerPart:
    """What the composer shows. One query, two for an answer to a post, one more in a debate."""
    thread = posts.conversation_view(session, actor, thread_id, _THREAD)
    reply_to = posts.reply_in(session, actor, thread, reply_to_id) if reply_to_id else None
    return ComposerPart(thread, reply_to, debate_of(session, actor, thread))


@dataclass(frozen=True, slots=True)
class SynthesisPage:
    thread: ConversationView
    post: PostView | None
    """The reply that is chosen; None where a text is written."""


def synthesis_page(session: Session, actor: Actor, thread_id: UUID, post_id: UUID | None) -> SynthesisPage:
    """Where one says what the thread came to. Two queries, three with a reply; two more for a learner."""
    thread = posts.conversation_view(session, actor, thread_id, _THREAD)
    post = posts.reply_in(session, actor, thread, post_id) if post_id else None
    is_there = post_id is None or (post is not None and post.state is PostState.PUBLISHED)
    access_to_sum_up(session, actor, thread_id)
    if not is_there:
        raise NotFoundError
    return SynthesisPage(thread, post)
