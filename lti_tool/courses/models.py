"""Courses, placements (an activity in a course), activities that wait for their first launch, and copies."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, NOBODYS
from lti_tool.core.schedule import MOMENTS, Schedule


class Activity(StrEnum):
    """What an instructor puts into a course; it decides where a launch arrives."""

    DISCUSSION = "discussion"
    HELP = "help"
    FOLLOW_UP = "follow_up"


_KNOWN_ACTIVITY = "activity in ('discussion', 'help', 'follow_up')"


class Course(Row, Base):
    """(deployment, context id): equal context ids of two tenants are two courses."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("deployment_id", "context_id"),)

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"))
    context_id: Mapped[str] = mapped_column(info=NOBODYS)
    title: Mapped[str] = mapped_column(info=NOBODYS)
    # The platform's services for this course, as the last launch named them; None where it offers none.
    roster_url: Mapped[str | None] = mapped_column(info=NOBODYS)
    product: Mapped[str] = mapped_column(default="", server_default="", info=NOBODYS)
    """Which LMS the course is in, as `platforms.habits` names it; empty until a launch says."""
    groups_url: Mapped[str | None] = mapped_column(info=NOBODYS)
    group_sets_url: Mapped[str | None] = mapped_column(info=NOBODYS)
    line_items_url: Mapped[str | None] = mapped_column(info=NOBODYS)
    service_scopes: Mapped[list[str]] = mapped_column(default=list, server_default="[]", info=NOBODYS)
    """The OAuth scopes that the launch granted for grades and groups."""


class Placement(Row, Base):
    """(course, resource link id): one activity in the course, with its settings."""

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("course_id", "resource_link_id"),
        CheckConstraint(_KNOWN_ACTIVITY, name="activity"),
        CheckConstraint("opens_at < closes_at", name="phases"),
        CheckConstraint("opens_at < switches_at and switches_at < closes_at", name="switch"),
        CheckConstraint(
            "opens_at < ideas_at and opens_at < taking_at and ideas_at < taking_at"
            " and ideas_at < closes_at and taking_at < closes_at",
            name="stages",
        ),
        Index(None, "resource_link_id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    resource_link_id: Mapped[str] = mapped_column(info=NOBODYS)
    title: Mapped[str] = mapped_column(info=NOBODYS)
    description: Mapped[str] = mapped_column(info=NOBODYS)
    activity: Mapped[Activity] = mapped_column(
        default=Activity.DISCUSSION, server_default=Activity.DISCUSSION.value
    )
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}", info=NOBODYS)
    """What the instructor chose for the activity; which keys there are is the kind's affair."""
    line_item_url: Mapped[str | None] = mapped_column(info=NOBODYS)
    """The platform's gradebook column for this activity, where it has one."""
    group_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_group_set.id"))
    """The groups that it is worked in; None for everybody together. It does not come along in a copy."""
    gallery_at: Mapped[datetime | None]
    """From when its groups' threads are open to each other; None for never."""
    gallery_replies: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether one may reply in them then."""
    # Moments are of a course's one run: they do not come along in a copy.
    opens_at: Mapped[datetime | None]
    """From when learners may write in its discussion; None from the first."""
    switches_at: Mapped[datetime | None]
    """From when the sides of a debate are switched; None for never."""
    ideas_at: Mapped[datetime | None]
    """From when peers say what they would do in its cases; None for when a case is moved on."""
    taking_at: Mapped[datetime | None]
    """From when case givers say what they take along."""
    closes_at: Mapped[datetime | None]
    """Until when; None to the last."""
    planned_activity_id: Mapped[UUID | None] = mapped_column(ForeignKey("planned_activity.id"), index=True)
    is_copy: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether its settings came along from elsewhere when a course was copied."""
    copied_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("placement.id"), index=True)
    """Whose settings these are; None where only what was planned for it is known."""
    copy_settled_at: Mapped[datetime | None]
    """When an instructor said what is to become of the copied settings; None while that is open."""

    @property
    def schedule(self) -> Schedule:
        return Schedule(**{name: getattr(self, name) for name in MOMENTS})

    @property
    def copy_is_open(self) -> bool:
        """Whether an instructor is still to say what becomes of what came along."""
        return self.is_copy and self.copy_settled_at is None


class PlannedActivity(Row, Base):
    """What an instructor chose in deep linking. Its id travels in the link's custom parameters."""

    __tablename__ = "planned_activity"
    __table_args__ = (
        CheckConstraint(_KNOWN_ACTIVITY, name="activity"),
        UniqueConstraint("author_id", "submission_key"),
    )

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=NAMED)
    activity: Mapped[Activity]
    title: Mapped[str] = mapped_column(info=NOBODYS)
    settings: Mapped[dict[str, Any]] = mapped_column(info=NOBODYS)
    submission_key: Mapped[UUID]


class CourseCopy(Row, Base):
    """What a platform has told of a copied course, before anybody launched into it."""

    __tablename__ = "course_copy"
    __table_args__ = (Index(None, "deployment_id", "context_id"),)

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"))
    context_id: Mapped[str] = mapped_column(info=NOBODYS)
    """The platform's own id of the new course."""
    origin_context_ids: Mapped[list[str]] = mapped_column(info=NOBODYS)
    """The platform's own ids of what it was copied from."""
