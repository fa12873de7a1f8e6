"""What happens with mentions."""

from dataclasses import dataclass
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.mentions.models import Mention
from lti_tool.statements.recorder import Activity, Unnamed


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Somebody was named for the first time in this post."""

    actor: Actor
    mention: Mention
    post_statement_id: UUID
    conversation: Activity
    """As statements know it."""
    unnamed: Unnamed | None
    """Whom the post's statement names in place of its author."""
