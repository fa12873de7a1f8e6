"""Persons and their memberships of courses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row


class Person(Row, Base):
    """(registration, sub), never matched by e-mail: the same person on two platforms is two rows."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("registration_id", "sub"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    sub: Mapped[str]
    name: Mapped[str]
    """As the platform last gave it; empty where it gives none."""


class Membership(Row, Base):
    """A person's part in a course, as of the last launch."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("course_id", "person_id"),
        CheckConstraint("role in ('learner', 'assistant', 'instructor', 'observer')", name="role"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    last_launch_at: Mapped[datetime]
