"""What happens to posts, whichever conversation they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.posts.files import Chosen
from lti_tool.posts.models import Conversation, Post


@dataclass(frozen=True, slots=True)
class PostWritten:
    """A post was written in this transaction; others see it now, or once it is approved.

    Parts of a contribution hear it: files, follow levels. Acts are recorded by the features' own events.
    """

    actor: Actor
    post: Post
    files: Sequence[Chosen]


@dataclass(frozen=True, slots=True)
class PostApproved:
    """A post that waited is there for all now; what its posting means is told from here on."""

    author: Actor
    conversation: Conversation
    post: Post


@dataclass(frozen=True, slots=True)
class PostsRewritten:
    """A name was taken out of them, as somebody was erased; nobody did anything with them."""

    post_ids: Sequence[UUID]
