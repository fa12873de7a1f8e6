"""What the platform is asked with: scopes, the request, and the addresses and answers that count.

Assignment and Grade Services 2.0. What comes back is hostile until it is checked.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from lti_tool.grades.models import Problem
from lti_tool.platforms.service_client import ServiceAnswer, ServiceUnavailableError

_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
WRITE_LINE_ITEMS, READ_LINE_ITEMS = f"{_SCOPE}lineitem", f"{_SCOPE}lineitem.readonly"
SEND_SCORES = f"{_SCOPE}score"


class CannotSendError(Exception):
    """The score can't reach the gradebook as things stand: somebody has to do something."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class Ask(Protocol):
    """A request to the platform, as ServiceClient makes it."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        scopes: Sequence[str],
        accept: str,
        content_type: str | None = None,
        body: object = None,
        query: Mapping[str, str] | None = None,
    ) -> ServiceAnswer: ...


def object_in(answer: ServiceAnswer) -> dict[str, Any]:
    if not isinstance(answer.body, dict):
        raise ServiceUnavailableError("not_an_object")
    return answer.body


def list_in(answer: ServiceAnswer) -> list[Any]:
    if not isinstance(answer.body, list):
        raise ServiceUnavailableError("not_a_list")
    return answer.body


def below(url: str, name: str) -> str:
    """`name` behind the address's path and before its query, which Moodle has."""
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{name}", fragment="").geturl()


def origin(url: str) -> tuple[str, str] | None:
    """Scheme and host with port; None for what is no http(s) address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (
        (parts.scheme, parts.netloc.lower()) if parts.scheme in {"http", "https"} and parts.netloc else None
    )
