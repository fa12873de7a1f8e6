"""What happens in help requests."""

from dataclasses import dataclass

from lti_tool.core.actor import Actor
from lti_tool.help_requests.models import HelpRequest
from lti_tool.posts.models import ConversationChange, Post


@dataclass(frozen=True, slots=True)
class RequestResolved:
    actor: Actor
    request: HelpRequest
    asked: Post
    change: ConversationChange


@dataclass(frozen=True, slots=True)
class RequestReopened:
    actor: Actor
    request: HelpRequest
    asked: Post
    change: ConversationChange
