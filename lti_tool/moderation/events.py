"""What happens in moderation."""

from dataclasses import dataclass

from lti_tool.audit.models import ModerationLog
from lti_tool.core.actor import Actor
from lti_tool.moderation.models import Report
from lti_tool.posts.models import Conversation, Post


@dataclass(frozen=True, slots=True)
class PostReported:
    actor: Actor
    conversation: Conversation
    post: Post
    report: Report


@dataclass(frozen=True, slots=True)
class PostModerated:
    actor: Actor
    conversation: Conversation
    post: Post
    entry: ModerationLog
