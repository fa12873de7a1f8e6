"""From when until when people may write in an activity's discussion."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from lti_tool.core import clock


class Phase(StrEnum):
    BEFORE = "before"
    OPEN = "open"
    AFTER = "after"


class Stage(StrEnum):
    """Of a case that is talked through, in this order. Its last is over once the case giver has written."""

    QUESTIONS = "questions"
    """Peers ask what they need to understand the case."""
    IDEAS = "ideas"
    """They say what they would do, and the case giver listens."""
    TAKING = "taking"
    """The case giver says what they take along."""

    @property
    def next(self) -> "Stage | None":
        return {Stage.QUESTIONS: Stage.IDEAS, Stage.IDEAS: Stage.TAKING}.get(self)

    @property
    def place(self) -> int:
        return list(Stage).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Without a moment it is open from the first, or to the last. One reads all the time."""

    opens_at: datetime | None = None
    switches_at: datetime | None = None
    """Of a debate: from when everybody argues the other side."""
    ideas_at: datetime | None = None
    """Of cases: from when peers say what they would do, also where nobody moved the case on."""
    taking_at: datetime | None = None
    """Of cases: from when their givers say what they take along."""
    closes_at: datetime | None = None

    @property
    def phase(self) -> Phase:
        """Where it stands now: moments are compared with the clock in this class alone."""
        now = clock.now()
        if self.opens_at is not None and now < self.opens_at:
            return Phase.BEFORE
        if self.closes_at is not None and now >= self.closes_at:
            return Phase.AFTER
        return Phase.OPEN

    @property
    def is_switched(self) -> bool:
        return self.switches_at is not None and clock.now() >= self.switches_at

    @property
    def stage(self) -> Stage:
        """Of cases: which has come by date; a case may be further already."""
        now = clock.now()
        if self.taking_at is not None and now >= self.taking_at:
            return Stage.TAKING
        return Stage.IDEAS if self.ideas_at is not None and now >= self.ideas_at else Stage.QUESTIONS

    def begin_of(self, stage: Stage) -> datetime | None:
        return {Stage.IDEAS: self.ideas_at, Stage.TAKING: self.taking_at}.get(stage)


ALWAYS = Schedule()
MOMENTS = tuple(it.name for it in fields(Schedule))
"""What a placement's columns are called that make it."""
