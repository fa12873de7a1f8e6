"""Persons, their memberships of courses and groups, and how far a course's roster is known."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.ids import new_random_id
from lti_tool.core.personal import NOBODYS, OWNER, identity, trace
from lti_tool.people.names import beginnings


def _beginnings(context: Any) -> list[str]:
    """Of the name that a new row gets."""
    return beginnings(context.get_current_parameters()["name"])


class Person(Row, Base):
    """(registration, sub), never matched by e-mail: the same person on two platforms is two rows."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("registration_id", "sub"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    sub: Mapped[str] = mapped_column(info=identity("id"))
    name: Mapped[str] = mapped_column(info=identity("id"))
    """As the platform last gave it; empty where it gives none."""
    name_beginnings: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=_beginnings, server_default=text("'{}'"), info=identity("id")
    )
    """What one types of it begins one of these (`people/names.py`); set with the name."""
    erased_at: Mapped[datetime | None]
    """When they were erased: the row keeps its place in what others need, and says nothing of who it was."""


class Membership(Row, Base):
    """A person's part in a course, as of the last launch or the platform's roster, whichever was later."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("course_id", "person_id"),
        # Of some rows: a kept plan that looks for a person of a course can't take one of these for it.
        Index(
            "uq_membership_number",
            "course_id",
            "number",
            unique=True,
            postgresql_where=text("number is not null"),
        ),
        Index(
            "uq_membership_own_name_likeness",
            "course_id",
            "own_name_likeness",
            unique=True,
            postgresql_where=text("own_name_likeness is not null"),
        ),
        CheckConstraint("role in ('learner', 'assistant', 'instructor', 'observer')", name="role"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=OWNER)
    role: Mapped[str] = mapped_column(info=trace("person_id"))
    number: Mapped[int | None]
    """The person's number in the course, which is shown where the platform gives no name: never another one,
    and never somebody else's. By a trigger (migration 0008), which gives it in the same transaction."""
    own_name: Mapped[str | None] = mapped_column(info=identity("person_id"))
    """What they call themselves in this course, where the platform gives no name; or what staff call them."""
    own_name_likeness: Mapped[str | None] = mapped_column(info=identity("person_id"))
    """What must be different from all others' (`own_names/likeness.py`)."""
    own_name_beginnings: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default=text("'{}'"), info=identity("person_id")
    )
    is_named_by_staff: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether staff gave or removed the name: then it is theirs to change."""
    roster_role: Mapped[str | None] = mapped_column(info=trace("person_id"))
    """What the roster last said of them, which may be less than their launches say; None where it said
    nothing since they came (back)."""
    last_launch_at: Mapped[datetime | None]
    """None for somebody whom the roster alone names."""
    rostered_at: Mapped[datetime | None]
    """Since when the roster names them; None for who is known by launches alone, such as administrators."""
    missing_since: Mapped[datetime | None]
    """When a roster first came without them that is not applied yet, because too many were missing."""
    kept_at: Mapped[datetime | None]
    """When staff decided to keep them all the same."""
    left_at: Mapped[datetime | None]
    xapi_registration: Mapped[UUID] = mapped_column(
        default=new_random_id, server_default=text("gen_random_uuid()")
    )
    """The `context.registration` of this person's statements in this course (reference: xapi.md section 7).

    It is drawn, so that no other id leads to it. It stays when statements name people in another way.
    """


class CourseNumbering(Base):
    """The last number in the course of who is a member no more. By a trigger (migration 0008)."""

    __tablename__ = "course_numbering"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), primary_key=True)
    last_number: Mapped[int]


class CourseName(Base):
    """A beginning of the name of somebody who is or was in a course. By triggers (migration 0008).

    Of the platform's name; else of their own; else their number, behind `names.NUMBERED`.
    """

    __tablename__ = "course_name"
    __table_args__ = (
        ForeignKeyConstraint(
            ["course_id", "person_id"],
            ["membership.course_id", "membership.person_id"],
            name="fk_course_name_membership",
            deferrable=True,
            initially="IMMEDIATE",
            ondelete="CASCADE",
        ),
        Index(None, "course_id", "person_id"),
    )

    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    beginning: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True, info=identity("person_id"))
    """Folded by us, and in the order of code points, whatever the database's language."""
    person_id: Mapped[UUID] = mapped_column(primary_key=True, index=True, info=OWNER)


class RosterSync(Base):
    """How far a course's roster is known, and when the platform is to be asked for it again."""

    __tablename__ = "roster_sync"
    __table_args__ = (Index(None, "due_at"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), primary_key=True)
    launched_at: Mapped[datetime]
    """When somebody last came in, to within a day: a course that nobody uses is not asked for."""
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """When a job was last put into the queue for it."""
    tried_at: Mapped[datetime | None]
    """When the last attempt that came to an end began."""
    synced_at: Mapped[datetime | None]
    """When the last attempt that was applied began: what is known is not older than that."""
    member_count: Mapped[int] = mapped_column(default=0, server_default="0")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many attempts failed since the last one that did not."""
    problem: Mapped[str | None] = mapped_column(info=NOBODYS)
    """Why the last attempt failed, in a code."""
    groups_problem: Mapped[str | None] = mapped_column(info=NOBODYS)
    """The same for the groups, which may fail alone."""
    wait_until: Mapped[datetime | None]
    """Until when the platform asked not to be asked."""
    gone_since: Mapped[datetime | None]
    """Since when a removal waits for staff to confirm it; None where none does."""
    gone_count: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many it would remove, ..."""
    gone_of: Mapped[int] = mapped_column(default=0, server_default="0")
    """... of how many."""


class GroupSet(Row, Base):
    """Groups that belong together: the platform's (Course Groups Service 1.0), or made here by staff."""

    __tablename__ = "course_group_set"
    __table_args__ = (
        UniqueConstraint("course_id", "platform_id"),
        Index(
            "uq_course_group_set_own",
            "course_id",
            "name",
            unique=True,
            postgresql_where=text("platform_id is null"),
        ),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    platform_id: Mapped[str | None] = mapped_column(info=NOBODYS)
    """None for one that was made here."""
    name: Mapped[str] = mapped_column(info=NOBODYS)
    gone_at: Mapped[datetime | None]


class Group(Row, Base):
    """A group of a course: the platform's, or one that was made here."""

    __tablename__ = "course_group"
    __table_args__ = (
        UniqueConstraint("course_id", "platform_id"),
        # What memberships of own groups refer to.
        UniqueConstraint("id", "group_set_id"),
        Index(
            "uq_course_group_own",
            "group_set_id",
            "name",
            unique=True,
            postgresql_where=text("platform_id is null"),
        ),
        CheckConstraint("platform_id is not null or group_set_id is not null", name="own"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    group_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_group_set.id"), index=True)
    platform_id: Mapped[str | None] = mapped_column(info=NOBODYS)
    name: Mapped[str] = mapped_column(info=NOBODYS)
    gone_at: Mapped[datetime | None]


class GroupMembership(Base):
    """Who is in which group, by the last complete roster; in own groups as staff said."""

    __tablename__ = "course_group_membership"
    __table_args__ = (
        UniqueConstraint("own_set_id", "person_id"),
        ForeignKeyConstraint(
            ["group_id", "own_set_id"],
            ["course_group.id", "course_group.group_set_id"],
            name="fk_course_group_membership_own_set",
            deferrable=True,
            initially="IMMEDIATE",
        ),
    )

    group_id: Mapped[UUID] = mapped_column(ForeignKey("course_group.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True, info=OWNER)
    own_set_id: Mapped[UUID | None]
    """The set of own groups, of which nobody is in two; None in the platform's, which may think otherwise."""
