"""What happens to posts, whichever conversation they stand in."""

from dataclasses import dataclass

from lti_tool.core.actor import Actor
from lti_tool.posts.models import Conversation, Post


@dataclass(frozen=True, slots=True)
class PostApproved:
    """A post that waited is there for all now; what its posting means is told from here on."""

    author: Actor
    conversation: Conversation
    post: Post
