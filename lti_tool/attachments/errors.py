"""Reasons why a file is refused."""

from enum import StrEnum

from lti_tool.core.errors import SegueError


class Refusal(StrEnum):
    EMPTY = "empty"
    UNKNOWN = "unknown"
    MISNAMED = "misnamed"
    MACROS = "macros"
    LOCKED = "locked"
    OLD_OFFICE = "old_office"
    ARCHIVE = "archive"
    PROGRAM = "program"
    VIDEO = "video"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_LARGE_INSIDE = "too_large_inside"
    TOO_MANY = "too_many"
    TOO_MUCH = "too_much"
    NO_ROOM = "no_room"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_HEAVY = "too_heavy"
    UNREADABLE = "unreadable"
    TOO_MANY_WAITING = "too_many_waiting"
    NOT_KEPT = "not_kept"
    GONE = "gone"


class RefusedFileError(SegueError):
    """A file that can't be attached. Other files and the text are not affected."""

    def __init__(self, reason: Refusal, *, left: int = 0, **details: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.left = left
        """Bytes that this person may still store in the course."""
        self.details = details
        """Values for the message."""
