"""Who is here when no activity is open: to choose one (deep linking), or to ask what is kept of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lti_tool.core.actor import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The launch of a message that belongs to no activity; read once a request."""

    launch_id: UUID
    registration_id: UUID
    issuer: str
    client_id: str
    known_addresses: tuple[str, ...]
    """The platform's own addresses, as it is registered."""
    deployment_id: UUID
    deployment: str
    """The platform's own deployment id."""
    platform_name: str
    person_id: UUID
    sub: str
    name: str
    role: Role
    course_id: UUID | None
    course_title: str
    locale: str
    embedders: tuple[str, ...]
    """The origins whose pages may frame this launch's pages."""
    details: Mapping[str, Any]
    """What the message said beside the rest."""
