"""What authors do with what they wrote."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.core.actor import Actor
from lti_tool.posts.models import Conversation, Post
from lti_tool.revisions.models import PostRevision


@dataclass(frozen=True, slots=True)
class PostEdited:
    actor: Actor
    conversation: Conversation
    post: Post
    replaced: PostRevision


@dataclass(frozen=True, slots=True)
class PostWithdrawn:
    actor: Actor
    conversation: Conversation
    post: Post
    at: datetime
