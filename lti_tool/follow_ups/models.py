"""Follow-ups and the reports on them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import OWNER, owned, words
from lti_tool.posts.models import Audience


class Outcome(StrEnum):
    """What a person says came of the plan."""

    DID = "did"
    TRIED = "tried"
    NOT_YET = "not_yet"
    CHANGED = "changed"


class FollowUpState(StrEnum):
    OPEN = "open"
    TRIED = "tried"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody means to do, and when to look at it again."""

    cue: str
    action: str
    due_on: date


class FollowUp(Row, Base):
    """An if-then plan: "When <cue>, I will <action>" (reference: product.md rule W1)."""

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("person_id", "submission_key"),
        CheckConstraint("state in ('open', 'tried', 'done')", name="state"),
        CheckConstraint("audience = 'owner'", name="audience"),
        Index("ix_follow_up_mine", "course_id", "person_id", "due_on", "id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=OWNER)
    audience: Mapped[Audience] = mapped_column(default=Audience.OWNER)
    source_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    cue: Mapped[str] = mapped_column(info=words("person_id"))
    action: Mapped[str] = mapped_column(info=words("person_id"))
    due_on: Mapped[date]
    state: Mapped[FollowUpState] = mapped_column(default=FollowUpState.OPEN)
    statement_id: Mapped[UUID]
    """The statement that tells of the plan; those of the reports refer to it."""
    submission_key: Mapped[UUID]

    @property
    def plan(self) -> Plan:
        return Plan(self.cue, self.action, self.due_on)


class FollowUpReport(Row, Base):
    """One entry in a follow-up's log. It only grows."""

    __tablename__ = "follow_up_report"
    __table_args__ = (
        UniqueConstraint("follow_up_id", "submission_key"),
        CheckConstraint("outcome in ('did', 'tried', 'not_yet', 'changed')", name="outcome"),
        CheckConstraint(
            "(outcome = 'changed') = (previous_plan is not null)", name="changed_keeps_the_old_plan"
        ),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    follow_up_id: Mapped[UUID] = mapped_column(ForeignKey("follow_up.id"), info=owned("person_id"))
    outcome: Mapped[Outcome]
    note: Mapped[str] = mapped_column(info=words("follow_up_id.person_id"))
    previous_plan: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), info=words("follow_up_id.person_id")
    )
    """{"cue", "action", "due_on"} as they were before a change."""
    submission_key: Mapped[UUID]

    @property
    def earlier_plan(self) -> Plan | None:
        """The plan that this report changed."""
        kept = self.previous_plan
        return Plan(kept["cue"], kept["action"], date.fromisoformat(kept["due_on"])) if kept else None
