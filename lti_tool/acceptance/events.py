"""Events of accepted answers."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.acceptance.models import Acceptance
from lti_tool.core.actor import Actor
from lti_tool.posts.models import Conversation, Post


@dataclass(frozen=True, slots=True)
class AnswerAccepted:
    actor: Actor
    conversation: Conversation
    acceptance: Acceptance
    answer: Post


@dataclass(frozen=True, slots=True)
class AcceptanceTakenBack:
    actor: Actor
    conversation: Conversation
    acceptance: Acceptance
    answer: Post
    at: datetime
