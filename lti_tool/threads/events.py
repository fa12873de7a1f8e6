"""What happens in threads."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.posts.models import Conversation, ConversationChange, Post
from lti_tool.threads.models import CaseStage


@dataclass(frozen=True, slots=True)
class ThreadChanged:
    """Closed, opened again, pinned, unpinned or tagged: `change` says which."""

    actor: Actor
    thread: Conversation
    change: ConversationChange


@dataclass(frozen=True, slots=True)
class CaseMovedOn:
    """A case went on to its next stage."""

    actor: Actor
    thread: Conversation
    moved: CaseStage


@dataclass(frozen=True, slots=True)
class SynthesisChosen:
    """A reply is the thread's synthesis now, or (`is_one` false) is it no longer."""

    actor: Actor
    thread: Conversation
    post: Post
    id: UUID
    at: datetime
    is_one: bool
