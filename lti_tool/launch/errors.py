"""Refused launches: a code for the log, words for the person."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
    HTTPS = "https"


class Rule(StrEnum):
    """What is wrong with a claim; each has its words in templates/admin/_words.html."""

    MISSING = "missing"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL_CHARACTERS = "control_characters"
    NOT_TEXT = "not_text"
    NOT_A_LIST = "not_a_list"
    NOT_AN_OBJECT = "not_an_object"
    NOT_A_FLAG = "not_a_flag"
    NOT_A_NUMBER = "not_a_number"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_HTTPS = "not_https"
    NOT_A_LANGUAGE = "not_a_language"
    NOT_AN_LTI_VERSION = "not_an_lti_version"
    NOT_A_MESSAGE_TYPE = "not_a_message_type"
    LINKS_NOT_ACCEPTED = "links_not_accepted"
    NOT_ALLOWED_HERE = "not_allowed_here"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Fault:
    """A claim, or a parameter of login, that breaks a rule. Its value is not here."""

    claim: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.claim}: {self.rule}"


class LaunchRefusedError(SegueError):
    """A launch that is not let in. `code` and `fault` go to the log and to /admin, never a claim's value."""

    def __init__(
        self,
        code: str,
        advice: Advice = Advice.ADMINISTRATOR,
        *,
        status: int = 400,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.fault = fault
        """The claim that it is refused for, where it is one."""
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
