"""Why a file is not taken."""

from enum import StrEnum

from lti_tool.core.errors import SegueError


class Refusal(StrEnum):
    EMPTY = "empty"
    UNKNOWN = "unknown"
    MISNAMED = "misnamed"
    MACROS = "macros"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_MUCH = "too_much"
    NO_ROOM = "no_room"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNREADABLE = "unreadable"
    TOO_MANY_WAITING = "too_many_waiting"
    NOT_KEPT = "not_kept"
    GONE = "gone"


class RefusedFileError(SegueError):
    """A file that can't be attached; the others and the text are not touched by it."""

    def __init__(self, reason: Refusal, *, left: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.left = left
        """Bytes that this person's files in the course may still have."""
