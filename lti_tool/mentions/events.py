"""Events of mentions."""

from dataclasses import dataclass
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.mentions.models import Mention
from lti_tool.statements.recorder import Activity, Unnamed


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A person was mentioned for the first time in this post."""

    actor: Actor
    mention: Mention
    post_statement_id: UUID
    conversation: Activity
    """The conversation as statements name it."""
    unnamed: Unnamed | None
    """The anonymous author of the post, if the statement must not name them."""
