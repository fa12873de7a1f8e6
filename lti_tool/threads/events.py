"""What happens in threads."""

from dataclasses import dataclass

from lti_tool.core.actor import Actor
from lti_tool.posts.models import Conversation, ConversationChange, Post


@dataclass(frozen=True, slots=True)
class ThreadPosted:
    actor: Actor
    thread: Conversation
    post: Post


@dataclass(frozen=True, slots=True)
class ReplyPosted:
    actor: Actor
    thread: Conversation
    post: Post
    replied_to: Post


@dataclass(frozen=True, slots=True)
class ThreadChanged:
    """Closed, opened again, pinned, unpinned or tagged: `change` says which."""

    actor: Actor
    thread: Conversation
    change: ConversationChange
