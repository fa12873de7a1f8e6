"""What staff do with groups."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lti_tool.core.actor import Actor


@dataclass(frozen=True, slots=True)
class PersonPlaced:
    """Somebody was put into a group, or taken out of it."""

    actor: Actor
    id: UUID
    person_id: UUID
    group_id: UUID
    joins: bool
    at: datetime
