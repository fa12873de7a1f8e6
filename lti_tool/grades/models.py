"""Scores, what staff entered, the gradebook's columns as last seen, and the sending to each platform."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, NOBODYS, OWNER, words

POINTS = Numeric(9, 2)
"""Up to 9 999 999.99."""


class ActivityProgress(StrEnum):
    """What the learner has done (Assignment and Grade Services 2.0, section 3.4.7); those that we use."""

    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class GradingProgress(StrEnum):
    """What staff have done (Assignment and Grade Services 2.0, section 3.4.8); those that we use."""

    PENDING_MANUAL = "PendingManual"
    FULLY_GRADED = "FullyGraded"


class Problem(StrEnum):
    """Why a score is not in the gradebook. All but the first wait until somebody does something."""

    UNAVAILABLE = "unavailable"
    NOT_GRANTED = "not_granted"
    NO_LINE_ITEM = "no_line_item"
    NO_ACTIVITY = "no_activity"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    OUTDATED = "outdated"


_PROBLEMS = ", ".join(f"'{problem}'" for problem in Problem)


class Score(Row, Base):
    """(placement, person): the newest score, and how far its sending has come. The row is the queue.

    `due_at` says when it is to be sent; without it, it was (`sent_change` = `changed_at`), or it waits for
    somebody to do something about its `problem`.
    """

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("placement_id", "person_id"),
        CheckConstraint("activity_progress in ('Submitted', 'Completed')", name="activity_progress"),
        CheckConstraint("grading_progress in ('PendingManual', 'FullyGraded')", name="grading_progress"),
        CheckConstraint(f"problem in ({_PROBLEMS})", name="problem"),
        CheckConstraint("(points is null) = (maximum is null)", name="points_have_a_maximum"),
        CheckConstraint("points between 0 and maximum", name="points_within_the_maximum"),
        CheckConstraint(
            "due_at is not null or problem is not null or sent_change is not distinct from changed_at",
            name="never_lost",
        ),
        # Small however many scores were sent: only what waits is in it.
        Index("ix_score_due", "registration_id", "due_at", postgresql_where=text("due_at is not null")),
    )

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=OWNER)
    points: Mapped[Decimal | None] = mapped_column(POINTS)
    maximum: Mapped[Decimal | None] = mapped_column(POINTS)
    """What the points are out of, as it was when they were given; the platform scales them to its own."""
    comment: Mapped[str] = mapped_column(default="", info=words("person_id"))
    activity_progress: Mapped[ActivityProgress]
    grading_progress: Mapped[GradingProgress]
    changed_at: Mapped[datetime]
    """Which change this is: strictly rising in a row, and the timestamp that the platform is told."""
    sent_change: Mapped[datetime | None]
    """The `changed_at` of the newest change that the platform has acknowledged."""
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """How often this change met with no answer, or with a complaint of its time."""
    problem: Mapped[Problem | None]


class ScoreEntry(Row, Base):
    """What somebody of staff entered for a learner. It only grows."""

    __tablename__ = "score_entry"
    __table_args__ = (UniqueConstraint("author_id", "submission_key"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=OWNER)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=NAMED)
    points: Mapped[Decimal | None] = mapped_column(POINTS)
    maximum: Mapped[Decimal] = mapped_column(POINTS)
    comment: Mapped[str] = mapped_column(info=words("person_id"))
    submission_key: Mapped[UUID]


class LineItem(Base):
    """The platform's gradebook column of a placement, as it was when we last looked.

    Its address is the placement's, since launches tell it too.
    """

    __tablename__ = "line_item"
    __table_args__ = (Index("ix_line_item_look", "look_at", postgresql_where=text("look_at is not null")),)

    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"), primary_key=True)
    label: Mapped[str] = mapped_column(info=NOBODYS)
    points: Mapped[Decimal | None] = mapped_column(POINTS)
    """Label and points as the platform last had them from us; where they have changed, we tell it."""
    maximum: Mapped[Decimal | None] = mapped_column(POINTS)
    """What the column is out of; None where we may not read it."""
    checked_at: Mapped[datetime | None] = mapped_column(default=clock.now)
    """When we looked; None for not yet."""
    look_at: Mapped[datetime | None]
    """When to look next, without a score to send: for staff, who come to the activity."""
    gone_at: Mapped[datetime | None]
    """Since when the platform has no such column any more."""


class ScoreDelivery(Base):
    """The sending to one platform: one worker at a time, and none while the platform wants a rest."""

    __tablename__ = "score_delivery"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    lease_id: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """How often in a row it has not answered."""
