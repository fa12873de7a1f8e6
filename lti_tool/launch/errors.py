"""Refused launches: a code for the log, words for the person."""

from enum import StrEnum

from lti_tool.core.errors import SegueError


class Advice(StrEnum):
    """What the person can do about it; each has its words in templates/launch/refused.html."""

    AGAIN = "again"
    ADMINISTRATOR = "administrator"
    BROWSER = "browser"
    LATER = "later"
    STAFF = "staff"
    NOTHING_TO_REVIEW = "nothing_to_review"
    PRIVATE = "private"


class LaunchRefusedError(SegueError):
    """A launch that is not let in. `code` goes to the log: it names the rule, never a claim's value."""

    def __init__(self, code: str, advice: Advice = Advice.ADMINISTRATOR, *, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.advice = advice
        self.status = status
