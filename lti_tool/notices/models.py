"""Notices as they came, and where the tool has asked for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NOBODYS


class Notice(Row, Base):
    """One notice; its id counts once for a registration, so that sending it again changes nothing."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("registration_id", "notice_id"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"))
    notice_id: Mapped[str] = mapped_column(info=NOBODYS)
    """The platform's own id of it."""
    type: Mapped[str] = mapped_column(info=NOBODYS)


class NoticeHandler(Base):
    """That the tool asked a platform to be told of things, for one deployment."""

    __tablename__ = "notice_handler"

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    service_url: Mapped[str] = mapped_column(info=NOBODYS)
    """The platform's service, as the last launch that was acted on named it."""
    handler_url: Mapped[str] = mapped_column(info=NOBODYS)
    """Where the tool asked to be told."""
    types: Mapped[list[str]] = mapped_column(info=NOBODYS)
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When the platform agreed; None while it has not."""
