"""Registrations, their deployments, the platforms' key sets and the tool's own keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base, Row


class Registration(Row, Base):
    """One client at one issuer; the root of everything that belongs to a platform."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    issuer: Mapped[str]
    client_id: Mapped[str]
    auth_login_url: Mapped[str]
    auth_token_url: Mapped[str]
    auth_audience: Mapped[str | None]
    jwks_url: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    lrs_url: Mapped[str | None]
    lrs_username: Mapped[str | None]
    lrs_password_sealed: Mapped[str | None]


class Deployment(Row, Base):
    """One place at the platform where the tool is installed; registration + deployment = tenant."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str]


class PlatformKeySet(Base):
    """A platform's public keys as last fetched."""

    __tablename__ = "platform_key_set"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    key_set: Mapped[dict[str, Any]]
    fetched_at: Mapped[datetime] = mapped_column(default=clock.now)
    tried_at: Mapped[datetime] = mapped_column(default=clock.now)
    """When it was last asked for, so that an unknown key id can't make us ask again and again."""


class AccessToken(Base):
    """A token that a platform gave us for a set of its services, sealed; until shortly before it ends."""

    __tablename__ = "access_token"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    scopes: Mapped[str] = mapped_column(primary_key=True)
    """The scopes that were asked for, sorted and with a space between."""
    token_sealed: Mapped[str]
    expires_at: Mapped[datetime]


class ToolKey(Row, Base):
    """A key pair of ours; the private half is sealed."""

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(unique=True)
    private_pem_sealed: Mapped[str]
    public_jwk: Mapped[dict[str, Any]]
    retired_at: Mapped[datetime | None]
