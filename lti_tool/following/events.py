"""Events of following."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.following.models import FollowLevel
from lti_tool.posts.models import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowChanged:
    """A person changed a level; `conversation` is None for the level of an activity."""

    actor: Actor
    conversation: Conversation | None
    level: FollowLevel
    change_id: UUID
    at: datetime
