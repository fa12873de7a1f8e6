"""The rounds of an activity's roles, and who has which."""

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
    """What somebody does for a discussion during a round."""

    STARTER = "starter"
    """Opens with a question that has more than one defensible answer."""
    SYNTHESISER = "synthesiser"
    """Says what is agreed on, where opinions differ, and what is open."""


class Ended(StrEnum):
    """Why somebody has a role no more, before its round is over."""

    PASSED = "passed"
    """They said "not this time"."""
    SWAPPED = "swapped"
    """Staff gave it to somebody else."""
    LEFT = "left"
    """They left the course or the group."""


class RoleRound(Row, Base):
    """From when until when one drawing holds. After the last one the roles have faded."""

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
    """Somebody has a role in a round: one person for a group, or for the activity where it has none."""

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
