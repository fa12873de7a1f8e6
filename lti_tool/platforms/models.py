"""Registrations, their deployments, invitations, the platforms' key sets and the tool's own keys."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.actor import ActorMode, Naming
from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NOBODYS, SECRET


class RegistrationState(StrEnum):
    """Whether anybody may come in from a platform."""

    PENDING = "pending"
    """It registered itself, and waits for an administrator."""
    ACTIVE = "active"
    DISABLED = "disabled"


class Registration(Row, Base):
    """One client at one issuer; the root of everything that belongs to a platform."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("issuer", "client_id"),
        CheckConstraint("approved_at is not null or not active", name="approved"),
        CheckConstraint("actor_mode in ('sub', 'pseudonym')", name="actor_mode"),
    )

    issuer: Mapped[str] = mapped_column(info=NOBODYS)
    client_id: Mapped[str] = mapped_column(info=NOBODYS)
    auth_login_url: Mapped[str] = mapped_column(info=NOBODYS)
    auth_token_url: Mapped[str] = mapped_column(info=NOBODYS)
    auth_audience: Mapped[str | None] = mapped_column(info=NOBODYS)
    jwks_url: Mapped[str] = mapped_column(info=NOBODYS)
    active: Mapped[bool] = mapped_column(default=True)
    approved_at: Mapped[datetime | None] = mapped_column(default=clock.now)
    """None while it is pending."""
    label: Mapped[str | None] = mapped_column(info=NOBODYS)
    """What our administrators call it."""
    scopes: Mapped[list[str] | None] = mapped_column(info=NOBODYS)
    """What the platform granted when it registered itself; None for one that was registered by hand."""
    lrs_url: Mapped[str | None] = mapped_column(info=NOBODYS)
    lrs_username: Mapped[str | None] = mapped_column(info=NOBODYS)
    lrs_password_sealed: Mapped[str | None] = mapped_column(info=SECRET)
    lrs_password_digest: Mapped[str | None] = mapped_column(info=SECRET)
    """Made with the tool's key: registrations with the same one share a record store."""
    lrs_version: Mapped[str | None] = mapped_column(info=NOBODYS)
    """Which xAPI its own record store speaks; None for the default's."""

    actor_mode: Mapped[ActorMode] = mapped_column(default=ActorMode.SUB, server_default=ActorMode.SUB.value)
    actor_home_page: Mapped[str | None] = mapped_column(info=NOBODYS)
    """Of the platform's ids in statements, where it is not the issuer."""
    sends_text: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether statements hold what people wrote."""

    @property
    def naming(self) -> Naming:
        return naming_of(self)

    @property
    def state(self) -> RegistrationState:
        return state_of(active=self.active, approved_at=self.approved_at)


def naming_of(registration: Any) -> Naming:
    """How statements name its people; `registration` may be the row, or these columns of it."""
    return Naming(registration.actor_mode, registration.actor_home_page, registration.sends_text)


def state_of(*, active: bool, approved_at: datetime | None) -> RegistrationState:
    if active:
        return RegistrationState.ACTIVE
    return RegistrationState.PENDING if approved_at is None else RegistrationState.DISABLED


class RegistrationUpdate(Row, Base):
    """What a registered platform said when it registered again; it waits for an administrator's approval."""

    __tablename__ = "registration_update"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), unique=True)
    """At most one waits for a registration: the newest."""
    auth_login_url: Mapped[str] = mapped_column(info=NOBODYS)
    auth_token_url: Mapped[str] = mapped_column(info=NOBODYS)
    auth_audience: Mapped[str | None] = mapped_column(info=NOBODYS)
    jwks_url: Mapped[str] = mapped_column(info=NOBODYS)
    scopes: Mapped[list[str]] = mapped_column(info=NOBODYS)
    label: Mapped[str | None] = mapped_column(info=NOBODYS)
    """The new invitation's; None where it has none, and the registration keeps its own."""
    deployment_id: Mapped[str | None] = mapped_column(info=NOBODYS)


class RegistrationHealth(Base):
    """When somebody last came in from a platform, and what last went wrong: codes, nobody's data."""

    __tablename__ = "registration_health"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    launched_at: Mapped[datetime | None]
    error_at: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(info=NOBODYS)
    error_claim: Mapped[str | None] = mapped_column(info=NOBODYS)
    """The name of the claim that the launch was refused for, where it was one."""
    error_rule: Mapped[str | None] = mapped_column(info=NOBODYS)
    """What was wrong with it: a `Rule` of launch/errors.py."""


class Invitation(Row, Base):
    """A one-time link by which a platform may register itself, until it expires."""

    __tablename__ = "registration_invitation"

    token_digest: Mapped[str] = mapped_column(unique=True, info=SECRET)
    label: Mapped[str | None] = mapped_column(info=NOBODYS)
    issuer: Mapped[str | None] = mapped_column(info=NOBODYS)
    """The one platform that it is for; None for any."""
    expires_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    """While somebody is registering by it: a second click has to wait, a crash does not spoil it."""
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.id"))
    """What came of it; with this, it is used up."""


class Deployment(Row, Base):
    """One place at the platform where the tool is installed; registration + deployment = tenant."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str] = mapped_column(info=NOBODYS)
    approved_at: Mapped[datetime | None] = mapped_column(default=clock.now, server_default=text("now()"))
    """None while it is pending: a launch named it, and no administrator has approved it yet."""


NEVER_FETCHED = datetime.fromtimestamp(0, UTC)


class PlatformKeySet(Base):
    """A platform's public keys as last fetched; none, NEVER_FETCHED, where it was asked in vain so far."""

    __tablename__ = "platform_key_set"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    key_set: Mapped[dict[str, Any]] = mapped_column(info=NOBODYS)
    fetched_at: Mapped[datetime] = mapped_column(default=clock.now)
    tried_at: Mapped[datetime] = mapped_column(default=clock.now)
    """When it was last asked for, so that unknown key ids and failures can't make us ask again and again."""


class AccessToken(Base):
    """A token that a platform gave us for a set of its services, sealed; until shortly before it ends."""

    __tablename__ = "access_token"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    scopes: Mapped[str] = mapped_column(primary_key=True, info=NOBODYS)
    """The scopes that were asked for, sorted and with a space between."""
    token_sealed: Mapped[str] = mapped_column(info=SECRET)
    expires_at: Mapped[datetime]


class ToolKey(Row, Base):
    """A key pair of ours; the private half is sealed."""

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(unique=True, info=NOBODYS)
    private_pem_sealed: Mapped[str] = mapped_column(info=SECRET)
    public_jwk: Mapped[dict[str, Any]] = mapped_column(info=NOBODYS)
    retired_at: Mapped[datetime | None]
