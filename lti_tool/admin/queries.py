"""What the administrator's pages show, by a few queries, however much there is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from lti_tool.core import clock
from lti_tool.core.actor import Naming
from lti_tool.platforms.models import (
    NEVER_FETCHED,
    Deployment,
    Invitation,
    PlatformKeySet,
    Registration,
    RegistrationHealth,
    RegistrationState,
    RegistrationUpdate,
)
from lti_tool.platforms.tool_keys import PublishedKey, list_published_keys
from lti_tool.platforms.updates import Difference, differences
from lti_tool.statements.status import Parked, Standing, Trouble, parked, standings, troubles

_MOST = 100
_MOST_DEPLOYMENTS = 20
_MOST_PARKED = 50


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    id: UUID
    deployment_id: str
    pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRow:
    """What a platform said when it registered again."""

    id: UUID
    created_at: datetime
    differences: Sequence[Difference]
    new_deployment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRow:
    id: UUID
    name: str
    issuer: str
    client_id: str
    state: RegistrationState
    scopes: Sequence[str] | None
    deployments: Sequence[DeploymentRow]
    """Those that wait, then the newest of the others, 20 of each at most."""
    more_deployments: int
    keys_fetched_at: datetime | None
    launched_at: datetime | None
    error_at: datetime | None
    error_code: str | None
    error_claim: str | None
    """The name of the claim that the launch was refused for, where it was one."""
    error_rule: str | None
    naming: Naming
    """What its statements tell of people."""
    update: UpdateRow | None
    """What waits for approval beside the registration itself."""
    same_issuer: int
    """How many registrations this issuer has, with this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    registrations: Sequence[RegistrationRow]
    more_registrations: bool
    invitations: Sequence[Invitation]
    keys: Sequence[PublishedKey]


def overview(session: Session) -> Overview:
    """Registrations, those that wait first and then the newest, 100 at most; open invitations; our keys."""
    rows = session.execute(_registrations()).all()
    deployments = _deployments(session, [row[0].id for row in rows])
    return Overview(
        registrations=[
            _registration_row(
                registration,
                fetched_at,
                health,
                deployments[registration.id],
                update=_update_row(registration, update, known_at),
                same_issuer=alike,
            )
            for registration, fetched_at, health, update, known_at, alike in rows[:_MOST]
        ],
        more_registrations=len(rows) > _MOST,
        invitations=session.scalars(
            select(Invitation)
            .where(Invitation.registration_id.is_(None), Invitation.expires_at > clock.now())
            .order_by(Invitation.id.desc())
            .limit(_MOST)
        ).all(),
        keys=list_published_keys(session),
    )


def _registrations() -> Select[Any]:
    """Each with the age of its keys, its health, its update, and how many of its issuer there are."""
    alike = aliased(Registration)
    same_issuer = select(func.count()).where(alike.issuer == Registration.issuer).scalar_subquery()
    deployment = aliased(Deployment)
    return (
        select(
            Registration,
            func.nullif(PlatformKeySet.fetched_at, NEVER_FETCHED),
            RegistrationHealth,
            RegistrationUpdate,
            deployment.approved_at,
            same_issuer,
        )
        .outerjoin(PlatformKeySet, PlatformKeySet.registration_id == Registration.id)
        .outerjoin(RegistrationHealth, RegistrationHealth.registration_id == Registration.id)
        .outerjoin(RegistrationUpdate, RegistrationUpdate.registration_id == Registration.id)
        .outerjoin(
            deployment,
            and_(
                deployment.registration_id == Registration.id,
                deployment.deployment_id == RegistrationUpdate.deployment_id,
            ),
        )
        .order_by(
            and_(Registration.approved_at.is_not(None), RegistrationUpdate.id.is_(None)),
            Registration.id.desc(),
        )
        .limit(_MOST + 1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How statements get to their record stores."""

    standings: Sequence[Standing]
    """Where something waits, the longest waiting first; then the others."""
    more_standings: bool
    troubles: Sequence[Trouble]
    names: Mapping[UUID, str]
    """What registrations are called."""
    parked: Sequence[Parked]
    before: int | None
    """From where older parked ones go on; None where there are none."""

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self.standings)


def delivery(session: Session, *, before: int | None) -> Delivery:
    """Three queries: registrations, 100 at most; stores in trouble; 50 parked statements."""
    rows = standings(session)
    stopped = parked(session, most=_MOST_PARKED + 1, before=before)
    more = len(stopped) > _MOST_PARKED
    return Delivery(
        standings=rows[:_MOST],
        more_standings=len(rows) > _MOST,
        troubles=troubles(session),
        names={one.registration_id: _name(one.label, one.issuer) for one in rows},
        parked=stopped[:_MOST_PARKED],
        before=stopped[_MOST_PARKED - 1].seq if more else None,
    )


def _name(label: str | None, issuer: str) -> str:
    return label or urlsplit(issuer).hostname or issuer


def _registration_row(
    registration: Registration,
    keys_fetched_at: datetime | None,
    health: RegistrationHealth | None,
    own: Sequence[Any],
    *,
    update: UpdateRow | None,
    same_issuer: int,
) -> RegistrationRow:
    return RegistrationRow(
        id=registration.id,
        name=_name(registration.label, registration.issuer),
        issuer=registration.issuer,
        client_id=registration.client_id,
        state=registration.state,
        scopes=registration.scopes,
        deployments=[DeploymentRow(one.id, one.deployment_id, one.pending) for one in own],
        more_deployments=sum({one.pending: one.all for one in own}.values()) - len(own),
        keys_fetched_at=keys_fetched_at,
        launched_at=health.launched_at if health else None,
        error_at=health.error_at if health else None,
        error_code=health.error_code if health else None,
        error_claim=health.error_claim if health else None,
        error_rule=health.error_rule if health else None,
        naming=registration.naming,
        update=update,
        same_issuer=same_issuer,
    )


def _update_row(
    registration: Registration, update: RegistrationUpdate | None, known_at: datetime | None
) -> UpdateRow | None:
    if update is None:
        return None
    return UpdateRow(
        id=update.id,
        created_at=update.created_at,
        differences=differences(registration, update),
        new_deployment=update.deployment_id if known_at is None else None,
    )


def _deployments(session: Session, registration_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Any]]:
    pending = Deployment.approved_at.is_(None).label("pending")
    alike = (Deployment.registration_id, pending)
    ranked = (
        select(
            Deployment.id,
            Deployment.registration_id,
            Deployment.deployment_id,
            pending,
            func.row_number().over(partition_by=alike, order_by=Deployment.id.desc()).label("place"),
            func.count().over(partition_by=alike).label("all"),
        )
        .where(Deployment.registration_id.in_(registration_ids))
        .subquery()
    )
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    newest = select(ranked).where(ranked.c.place <= _MOST_DEPLOYMENTS)
    for one in session.execute(newest.order_by(ranked.c.pending.desc(), ranked.c.place)):
        found[one.registration_id].append(one)
    return found
