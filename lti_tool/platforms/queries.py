"""What is shown of platforms."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from lti_tool.platforms.models import Deployment, Registration, RegistrationState, state_of


@dataclass(frozen=True, slots=True)
class PlatformRow:
    issuer: str
    label: str | None
    """The name that the platform gave, or an administrator."""
    client_id: str
    state: RegistrationState
    deployments: list[str]
    pending_deployments: list[str]


def list_platforms(session: Session) -> Sequence[PlatformRow]:
    """Every registration with its deployments, by issuer. One query."""
    ordered = func.array_agg(aggregate_order_by(Deployment.deployment_id, Deployment.deployment_id))
    approved, pending = Deployment.approved_at.is_not(None), Deployment.approved_at.is_(None)
    rows = session.execute(
        select(
            Registration.issuer,
            Registration.label,
            Registration.client_id,
            Registration.active,
            Registration.approved_at,
            func.coalesce(func.array_remove(ordered.filter(approved), None), []),
            func.coalesce(func.array_remove(ordered.filter(pending), None), []),
        )
        .outerjoin(Deployment, Deployment.registration_id == Registration.id)
        .group_by(Registration.id)
        .order_by(Registration.issuer, Registration.client_id)
    )
    return [
        PlatformRow(
            issuer, label, client_id, state_of(active=active, approved_at=approved_at), known, waiting
        )
        for issuer, label, client_id, active, approved_at, known, waiting in rows
    ]
