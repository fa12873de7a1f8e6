"""Rounds of an activity's roles, and their holders."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import OWNER

MOST_ROUNDS = 6


class TalkRole(StrEnum):
    """A role in a discussion during a round."""

    STARTER = "starter"
    """Starts with a question that has more than one good answer."""
    SYNTHESISER = "synthesiser"
    """Writes what is agreed on, where opinions differ, and what is still open."""


class Ended(StrEnum):
    """Why a person lost a role before the end of its round."""

    PASSED = "passed"
    """They passed it on."""
    SWAPPED = "swapped"
    """Staff gave it to another person."""
    LEFT = "left"
    """They left the course or the group."""


class RoleRound(Row, Base):
    """The period for which one drawing is valid. After the last round there are no roles."""

    __tablename__ = "role_round"
    __table_args__ = (
        UniqueConstraint("placement_id", "number"),
        CheckConstraint(f"number between 1 and {MOST_ROUNDS}", name="number"),
        CheckConstraint("begins_at < ends_at", name="moments"),
        Index(None, "ends_at"),
    )

    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class RoleHolder(Row, Base):
    """A person with a role in a round: one for each group, or one for an activity without groups."""

    __tablename__ = "role_holder"
    __table_args__ = (
        ForeignKeyConstraint(
            ["placement_id", "number"],
            ["role_round.placement_id", "role_round.number"],
            name="fk_role_holder_round",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        CheckConstraint("role in ('starter', 'synthesiser')", name="role"),
        CheckConstraint("ended in ('passed', 'swapped', 'left')", name="ended"),
        Index(
            "uq_role_holder_group",
            "placement_id",
            "number",
            "group_id",
            "role",
            unique=True,
            postgresql_where=text("ended is null and group_id is not null"),
        ),
        Index(
            "uq_role_holder_everybody",
            "placement_id",
            "number",
            "role",
            unique=True,
            postgresql_where=text("ended is null and group_id is null"),
        ),
        Index(None, "person_id"),
    )

    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_group.id"))
    role: Mapped[TalkRole]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=OWNER)
    ended: Mapped[Ended | None]
