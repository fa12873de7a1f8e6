"""Courses and placements."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row


class Course(Row, Base):
    """(deployment, context id): equal context ids of two tenants are two courses."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("deployment_id", "context_id"),)

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"))
    context_id: Mapped[str]
    title: Mapped[str]


class Placement(Row, Base):
    """(course, resource link id): one activity in the course."""

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("course_id", "resource_link_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    resource_link_id: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
