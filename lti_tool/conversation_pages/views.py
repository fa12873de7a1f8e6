"""Views of a conversation and its posts for pages."""

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
    """One post."""

    id: UUID
    number: int | None
    author: Author
    created_at: datetime
    body_html: str
    in_reply_to_id: UUID | None
    side: int | None
    """The side of a debate that it argues."""
    stage: Stage | None
    """The stage of a case in which it was written."""
    state: PostState
    state_reason: str | None
    """The reason that staff gave; for its author and staff only."""
    edited_at: datetime | None
    marks: Marks
    in_reply_to: Author | None
    """The author of the post it replies to; None for replies to the opening post."""
    attachments: tuple[AttachmentView, ...]
    is_unread: bool

    @property
    def may_edit(self) -> bool:
        """Whether the reader may edit or withdraw it."""
        return self.author.is_self and self.state is not PostState.WITHDRAWN

    @property
    def may_report(self) -> bool:
        return self.state is PostState.PUBLISHED and not self.author.is_self


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a conversation is closed."""

    at: datetime
    by_author: bool
    """Closed by the author of the conversation, not by staff."""
    reason: str


@dataclass(frozen=True, slots=True)
class Summing:
    """The post that is the synthesis, and its sources."""

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
    """Names of a debate's two sides; empty for the default names."""
    reply_count: int
    """Number of replies that the reader can see."""
    last_number: int
    """The newest reply's number, as far as the reader can see it."""
    replies_are_open: bool
    """Whether the reader can see others' replies now."""
    follow_level: FollowLevel | None
    """None if the activity's level applies."""
    anonymity: Anonymity | None
    """None if the actor posts under their name."""
    opening: PostView
    tags: Sequence[str]
    is_pinned: bool
    closing: Closing | None
    summing: Summing | None
    accepts: bool
    """Whether the actor may accept an answer, or take that back."""
    accepted_id: UUID | None
    """The accepted answer, if it is visible."""
    accepted_by_asker: bool
    """Accepted by the asker, not by staff."""
    group_id: UUID | None
    group_name: str
    """The group that it belongs to; empty for the whole course."""
    gallery_at: datetime | None
    """When other groups can start reading it."""
    may_post: bool
    """Whether the actor belongs to its group, or the group lets others reply."""
    schedule: Schedule
    """The activity's schedule."""
    is_open_now: bool
    """Whether the schedule lets the actor write now."""
    read: Read

    @property
    def takes_posts(self) -> bool:
        """Whether the actor can post to it now."""
        return self.closing is None and self.may_post and self.is_open_now

    def may_accept(self, post: PostView) -> bool:
        """Whether the actor may accept this answer; not if it is the asker's own."""
        if not self.accepts or post.state is not PostState.PUBLISHED or post.id == self.accepted_id:
            return False
        asker = self.opening.author
        if asker.is_self:
            return not post.author.is_self
        return (post.author.person_id, post.author.name) != (asker.person_id, asker.name)

    @property
    def is_in_gallery(self) -> bool:
        """Whether all groups can read it now."""
        return self.gallery_at is not None and self.gallery_at <= clock.now()


@dataclass(frozen=True, slots=True)
class Replies:
    """Some replies, oldest first."""

    rows: Sequence[PostView]
    earlier: int
    """The number of replies before them."""
    next: Place | None
    """The first reply after them; None if there is none."""
