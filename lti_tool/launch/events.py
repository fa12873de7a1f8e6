"""What happens at a launch."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Launched:
    """A person came in from the course."""

    actor: Actor
    at: datetime
