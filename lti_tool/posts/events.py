"""What happens to posts, whichever conversation they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.posts.files import Chosen
from lti_tool.posts.models import Conversation, Post


@dataclass(frozen=True, slots=True)
class PostWritten:
    """A post was written in this transaction; others see it now, or once staff approve it.

    For the parts of a contribution: files and follow levels.
    """

    actor: Actor
    post: Post
    files: Sequence[Chosen]


@dataclass(frozen=True, slots=True)
class ContributionPublished:
    """Others see the post from now on: it was just written, or staff approved it."""

    actor: Actor
    """The author, as they were when they wrote it."""
    conversation: Conversation
    post: Post
    replied_to: Post | None
    """None for the opening post."""


@dataclass(frozen=True, slots=True)
class ContributionEdited:
    """The author changed the text of a published post."""

    actor: Actor
    conversation: Conversation
    post: Post
    revision_id: UUID
    """The kept text that was replaced."""
    at: datetime


@dataclass(frozen=True, slots=True)
class ContributionWithdrawn:
    """The author took back a published post, for good."""

    actor: Actor
    conversation: Conversation
    post: Post
    at: datetime


@dataclass(frozen=True, slots=True)
class ContributionRenewed:
    """What is searched beside the text of this post has changed: its tags, or what fixed the request."""

    post_id: UUID


@dataclass(frozen=True, slots=True)
class PostsRewritten:
    """A name was taken out of them, as somebody was erased; nobody did anything with them."""

    post_ids: Sequence[UUID]
