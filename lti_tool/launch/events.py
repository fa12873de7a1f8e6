"""What happens at a launch."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.launch.claims import NotificationService


@dataclass(frozen=True, slots=True)
class Launched:
    """A person came in from the course."""

    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Admitted:
    """A message of whatever kind was let in, and what its platform offers to tell the tool."""

    deployment_id: UUID
    notifications: NotificationService | None
