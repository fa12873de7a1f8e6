"""Events of marks."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.core.actor import Actor
from lti_tool.marks.models import PostMark
from lti_tool.posts.models import Conversation, Post


@dataclass(frozen=True, slots=True)
class MarkGiven:
    actor: Actor
    conversation: Conversation
    post: Post
    mark: PostMark


@dataclass(frozen=True, slots=True)
class MarkTakenBack:
    actor: Actor
    conversation: Conversation
    post: Post
    mark: PostMark
    at: datetime
