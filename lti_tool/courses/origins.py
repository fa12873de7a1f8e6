"""What a launch says of where its activity was copied from."""

from dataclasses import dataclass
from uuid import UUID

from lti_tool.platforms.custom_parameters import (
    CONTEXT_HISTORY,
    RESOURCE_LINK_HISTORY,
    CustomParameters,
    chain,
    substituted,
)

PLANNED_ACTIVITY = "segue_activity"
"""The custom parameter that carries a planned activity's id, in the link that deep linking made. It survives
copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """The platform's own ids, newest first."""

    planned_activity_id: UUID | None = None
    links: tuple[str, ...] | None = None
    """None where the platform does not tell, empty where it says that there is none."""
    contexts: tuple[str, ...] = ()


def read_origins(custom: CustomParameters) -> Origins:
    """From the custom claim. What is malformed, or was not substituted, counts as absent."""
    links = substituted(custom, RESOURCE_LINK_HISTORY)
    return Origins(
        planned_activity_id=_uuid(substituted(custom, PLANNED_ACTIVITY)),
        links=None if links is None else chain(links),
        contexts=chain(substituted(custom, CONTEXT_HISTORY)),
    )


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
