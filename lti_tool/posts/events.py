"""What happens to posts, whichever conversation they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.posts.models import Conversation, Post


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
