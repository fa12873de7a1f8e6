"""What happens in threads."""

from dataclasses import dataclass

from lti_tool.core.actor import Actor
from lti_tool.posts.models import Conversation, Post


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
