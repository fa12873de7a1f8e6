"""A conversation and its posts as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lti_tool.attachments.queries import AttachmentView
from lti_tool.core import clock
from lti_tool.core.paging import Place
from lti_tool.core.schedule import Schedule, Stage
from lti_tool.courses.shapes import Shape
from lti_tool.following.models import FollowLevel
from lti_tool.marks.queries import Marks
from lti_tool.posts.anonymity.queries import Anonymity
from lti_tool.posts.authors import Author
from lti_tool.posts.models import PostState
from lti_tool.posts.reading import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One post as it is shown."""

    id: UUID
    number: int | None
    author: Author
    created_at: datetime
    body_html: str
    in_reply_to_id: UUID | None
    side: int | None
    """Which of a debate's two sides it argues."""
    stage: Stage | None
    """In which of a case's stages it was written."""
    state: PostState
    state_reason: str | None
    """What staff said; for its author and staff alone."""
    edited_at: datetime | None
    marks: Marks
    in_reply_to: Author | None
    """Whose post it replies to; None where it answers the opening post."""
    attachments: tuple[AttachmentView, ...]
    is_unread: bool

    @property
    def may_edit(self) -> bool:
        """Whether the reader may change or withdraw it."""
        return self.author.is_self and self.state is not PostState.WITHDRAWN

    @property
    def may_report(self) -> bool:
        return self.state is PostState.PUBLISHED and not self.author.is_self


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a conversation takes no more posts."""

    at: datetime
    by_author: bool
    """By who began it; else by staff."""
    reason: str


@dataclass(frozen=True, slots=True)
class Summing:
    """Which post sums the conversation up, and what it draws on."""

    post_id: UUID
    draws_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """A conversation with its opening post."""

    id: UUID
    title: str
    placement_id: UUID
    shape: Shape
    sides: Sequence[str]
    """What a debate's two sides are called; empty where they have no names of their own."""
    reply_count: int
    """Of those to read, as far as the reader may know of them."""
    last_number: int
    """The newest reply's, as far as the reader may know of it."""
    replies_are_open: bool
    """Whether others' replies are there for the reader by now."""
    follow_level: FollowLevel | None
    """None where the activity's level holds."""
    anonymity: Anonymity | None
    """None where the actor posts under their name."""
    opening: PostView
    tags: Sequence[str]
    is_pinned: bool
    closing: Closing | None
    summing: Summing | None
    accepts: bool
    """Whether the actor may accept an answer, or take that back."""
    accepted_id: UUID | None
    """The accepted answer, while it can be read."""
    accepted_by_asker: bool
    """Whether who asked accepted it; else staff did."""
    group_id: UUID | None
    group_name: str
    """Whose it is; empty for the whole course."""
    gallery_at: datetime | None
    """From when other groups read it too."""
    may_post: bool
    """Whether the actor is among those whose it is, or is let in by them."""
    schedule: Schedule
    """Its activity's."""
    is_open_now: bool
    """Whether that lets the actor write by now."""
    read: Read

    @property
    def takes_posts(self) -> bool:
        """Whether the actor can post to it now."""
        return self.closing is None and self.may_post and self.is_open_now

    def may_accept(self, post: PostView) -> bool:
        """Whether the actor may accept this as the answer: not what who asked wrote themselves."""
        if not self.accepts or post.state is not PostState.PUBLISHED or post.id == self.accepted_id:
            return False
        asker = self.opening.author
        if asker.is_self:
            return not post.author.is_self
        return (post.author.person_id, post.author.name) != (asker.person_id, asker.name)

    @property
    def is_in_gallery(self) -> bool:
        """Whether all groups read it by now."""
        return self.gallery_at is not None and self.gallery_at <= clock.now()


@dataclass(frozen=True, slots=True)
class Replies:
    """Some posts after the opening one, oldest first."""

    rows: Sequence[PostView]
    earlier: int
    """How many stand before them."""
    next: Place | None
    """The first of those after them; None where these are the last."""
