"""Launch attempts (one use each) and the launches that came of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base
from lti_tool.core.ids import new_random_id
from lti_tool.core.personal import NOBODYS, OWNER, PASSING, SECRET, identity, trace


class LaunchAttempt(Base):
    """State and nonce, bound to each other, the registration, the browser and the target.

    Written at login, used up once after the token's signature was checked.
    """

    __tablename__ = "launch_attempt"
    __table_args__ = (Index(None, "expires_at"),)

    state_digest: Mapped[str] = mapped_column(primary_key=True, info=SECRET)
    nonce: Mapped[str] = mapped_column(info=SECRET)
    browser_digest: Mapped[str] = mapped_column(info=PASSING)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_hint: Mapped[str | None] = mapped_column(info=NOBODYS)
    target_link_uri: Mapped[str] = mapped_column(info=NOBODYS)
    storage_target: Mapped[str | None] = mapped_column(info=NOBODYS)
    """The platform's frame that keeps things for tools, where it offers one."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LaunchPending(Base):
    """A verified launch that came without our cookie; it waits for the browser's proof, and goes with it."""

    __tablename__ = "launch_pending"
    __table_args__ = (Index(None, "expires_at"),)

    id_digest: Mapped[str] = mapped_column(primary_key=True, info=SECRET)
    browser_digest: Mapped[str] = mapped_column(info=PASSING)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"))
    claims_sealed: Mapped[str] = mapped_column(info=PASSING)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]


class LaunchKind(StrEnum):
    """What somebody came for: the message's type."""

    RESOURCE_LINK = "resource_link"
    DEEP_LINKING = "deep_linking"
    SUBMISSION_REVIEW = "submission_review"
    DATA_PRIVACY = "data_privacy"


class Launch(Base):
    """A session of one person, most often in one placement. Its id stands in every address."""

    __tablename__ = "launch"
    __table_args__ = (
        Index(None, "expires_at"),
        Index(None, "course_id", "person_id"),
        # Of those who came to see somebody else's work, or what is kept of somebody.
        Index(
            "ix_launch_for_user",
            text("(details ->> 'for_user')"),
            postgresql_where=text("(details ->> 'for_user') is not null"),
        ),
        CheckConstraint(
            "kind in ('resource_link', 'deep_linking', 'submission_review', 'data_privacy')", name="kind"
        ),
        CheckConstraint(
            "case when kind in ('resource_link', 'submission_review') "
            "then course_id is not null and placement_id is not null else deployment_id is not null end",
            name="place",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_random_id)
    kind: Mapped[LaunchKind] = mapped_column(
        default=LaunchKind.RESOURCE_LINK, server_default=LaunchKind.RESOURCE_LINK.value
    )
    secret_digest: Mapped[str] = mapped_column(info=SECRET)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=OWNER)
    deployment_id: Mapped[UUID | None] = mapped_column(ForeignKey("deployment.id"))
    """Where the launch came from. A course has it too; launches outside any course have it here alone."""
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"))
    placement_id: Mapped[UUID | None] = mapped_column(ForeignKey("placement.id"))
    role: Mapped[str] = mapped_column(info=trace("person_id"))
    is_test: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether the platform made this person up for trying things (LTI Core 1.3, appendix A.2.4)."""
    locale: Mapped[str] = mapped_column(info=trace("person_id"))
    platform_name: Mapped[str] = mapped_column(info=NOBODYS)
    embedders: Mapped[list[str]] = mapped_column(info=NOBODYS)
    """The origins whose pages may frame this launch's pages."""
    return_url: Mapped[str | None] = mapped_column(info=NOBODYS)
    """The course's page in the platform, to go back to."""
    details: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default="{}", info=identity("person_id")
    )
    """What a message of this kind said beside the rest, such as the deep linking settings."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
