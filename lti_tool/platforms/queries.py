"""What is shown of platforms."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from lti_tool.platforms.models import Deployment, Registration


@dataclass(frozen=True, slots=True)
class PlatformRow:
    issuer: str
    client_id: str
    active: bool
    deployments: list[str]


def list_platforms(session: Session) -> Sequence[PlatformRow]:
    """Every registration with its deployments, by issuer. One query."""
    names = func.array_remove(
        func.array_agg(aggregate_order_by(Deployment.deployment_id, Deployment.deployment_id)), None
    )
    rows = session.execute(
        select(Registration.issuer, Registration.client_id, Registration.active, names)
        .outerjoin(Deployment, Deployment.registration_id == Registration.id)
        .group_by(Registration.id)
        .order_by(Registration.issuer, Registration.client_id)
    )
    return [PlatformRow(*row) for row in rows]
