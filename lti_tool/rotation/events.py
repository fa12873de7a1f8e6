"""Events of roles. Drawing a role is nobody's act."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lti_tool.core.actor import Actor
from lti_tool.rotation.models import RoleHolder


@dataclass(frozen=True, slots=True)
class RoleGiven:
    """Staff gave somebody a role."""

    actor: Actor
    holder: RoleHolder


@dataclass(frozen=True, slots=True)
class RolePassedOn:
    """A person passed their role on."""

    actor: Actor
    holder: RoleHolder
    id: UUID
    at: datetime
