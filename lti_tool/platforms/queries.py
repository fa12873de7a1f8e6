"""What is shown of platforms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from lti_tool.platforms.models import (
    Deployment,
    Registration,
    RegistrationHealth,
    RegistrationState,
    state_of,
)


@dataclass(frozen=True, slots=True)
class PlatformRow:
    id: UUID
    label: str | None
    """The name that the platform gave, or an administrator."""
    issuer: str
    client_id: str
    state: RegistrationState
    deployments: list[str]
    pending_deployments: list[str]
    launched_at: datetime | None


def list_platforms(session: Session) -> Sequence[PlatformRow]:
    """Every registration with its deployments, by issuer. One query."""
    ordered = func.array_agg(aggregate_order_by(Deployment.deployment_id, Deployment.deployment_id))
    approved, pending = Deployment.approved_at.is_not(None), Deployment.approved_at.is_(None)
    rows = session.execute(
        select(
            Registration.id,
            Registration.label,
            Registration.issuer,
            Registration.client_id,
            Registration.active,
            Registration.approved_at,
            func.coalesce(func.array_remove(ordered.filter(approved), None), []),
            func.coalesce(func.array_remove(ordered.filter(pending), None), []),
            RegistrationHealth.launched_at,
        )
        .outerjoin(Deployment, Deployment.registration_id == Registration.id)
        .outerjoin(RegistrationHealth, RegistrationHealth.registration_id == Registration.id)
        .group_by(Registration.id, RegistrationHealth.registration_id)
        .order_by(Registration.issuer, Registration.client_id)
    )
    return [
        PlatformRow(id_, label, issuer, client_id, state_of(active=active, approved_at=since), *others)
        for id_, label, issuer, client_id, active, since, *others in rows
    ]
