"""From when until when people may write in an activity's discussion."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lti_tool.core import clock


class Phase(StrEnum):
    BEFORE = "before"
    OPEN = "open"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Without a moment it is open from the first, or to the last. One reads all the time."""

    opens_at: datetime | None = None
    switches_at: datetime | None = None
    """Of a debate: from when everybody argues the other side."""
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


ALWAYS = Schedule()
