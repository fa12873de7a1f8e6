"""What figures are called on the page."""

from datetime import date, timedelta
from typing import Final

from lti_tool.demo.lms.analyst.figures import By, Kind, Outcome, Outcomes, Waits

KINDS: Final = {
    Kind.DISCUSS: "Discuss",
    Kind.HELP: "Help",
    Kind.WORK: "Carry forward",
    Kind.OTHER: "Other acts",
    Kind.CAME: "Came in",
}
_OUTCOMES: Final = {
    Outcome.DID: "Did it",
    Outcome.TRIED: "Tried it",
    Outcome.NOT_YET: "Not yet",
    Outcome.CHANGED: "Changed the plan",
    Outcome.UNKNOWN: "Reported otherwise",
    Outcome.OPEN: "Still open, no report",
}
_LIMITS: Final = tuple(timedelta(hours=hours) for hours in (1, 4, 24, 72, 168))
_WAITED: Final = (
    "Within 1 hour",
    "1 to 4 hours",
    "4 to 24 hours",
    "1 to 3 days",
    "3 to 7 days",
    "7 days and longer",
)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def name_of_bin(start: date, by: By) -> str:
    return f"{start:%b %Y}" if by is By.MONTH else f"{start.day} {start:%b}"


def waited(waits: Waits, *, resolves: bool) -> list[tuple[str, int, str]]:
    """A row for each length of waiting, and for those who still wait."""
    counted = [(name, count, "done") for name, count in zip(_WAITED, waits.up_to(_LIMITS), strict=True)]
    counted.append(("No answer yet", waits.unanswered, "open"))
    if resolves:
        counted.append(("Resolved without an answer", waits.resolved_alone, "other"))
    return counted


def came_of(found: Outcomes) -> list[tuple[str, int, str]]:
    """A row for all plans, then one for each outcome."""
    styles = {Outcome.DID: "done", Outcome.OPEN: "open"}
    counted = [("Planned", found.planned, "work")]
    for outcome, name in _OUTCOMES.items():
        count = found.by_outcome[outcome]
        if outcome is not Outcome.UNKNOWN or count:
            counted.append((name, count, styles.get(outcome, "other")))
    return counted


def long(length: timedelta) -> str:
    """A length of time in the two units that matter: "2 h 5 min"."""
    for unit, name, smaller, smaller_name in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min")):
        if length >= unit:
            count, rest = divmod(length, unit)
            more = rest // smaller
            return f"{count} {name} {more} {smaller_name}" if more else f"{count} {name}"
    return f"{length // _MINUTE} min" if length >= _MINUTE else f"{length // timedelta(seconds=1)} s"
