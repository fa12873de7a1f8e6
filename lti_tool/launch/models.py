"""Launch attempts (one use each) and the launches that came of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base
from lti_tool.core.ids import new_random_id


class LaunchAttempt(Base):
    """State and nonce, bound to each other, the registration, the browser and the target.

    Written at login, used up once after the token's signature was checked.
    """

    __tablename__ = "launch_attempt"
    __table_args__ = (Index(None, "expires_at"),)

    state_digest: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[str]
    browser_digest: Mapped[str]
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_hint: Mapped[str | None]
    target_link_uri: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Launch(Base):
    """A session: one person in one placement. Its id stands in every address, its secret in a cookie."""

    __tablename__ = "launch"
    __table_args__ = (Index(None, "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_random_id)
    secret_digest: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    role: Mapped[str]
    locale: Mapped[str]
    platform_name: Mapped[str]
    embedders: Mapped[list[str]]
    """The origins whose pages may frame this launch's pages."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
