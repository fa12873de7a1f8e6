"""Refused launches: a code for the log, words for the person."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from uuid import UUID

from lti_tool.core.errors import SegueError


class Advice(StrEnum):
    """What the person can do about it; each has its words in templates/launch/refused.html."""

    AGAIN = "again"
    ADMINISTRATOR = "administrator"
    LATER = "later"
    APPROVAL = "approval"
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
        self.registration_id: UUID | None = None
        """The registration that it is about, where that is known."""


class DeploymentPendingError(LaunchRefusedError):
    """A verified launch from a deployment that no administrator has approved."""

    def __init__(self, deployment_id: str) -> None:
        super().__init__("deployment_pending", Advice.APPROVAL)
        self.deployment_id = deployment_id


@contextmanager
def refusals_of(registration_id: UUID) -> Iterator[None]:
    """Refusals in this block are about this registration."""
    try:
        yield
    except LaunchRefusedError as error:
        error.registration_id = registration_id
        raise
