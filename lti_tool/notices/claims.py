"""The claims of a notice, of the types that Platform Notification Service 1.0 gives them.

As with launches, what is optional has a default here, and counts as absent where it is empty or odd.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from lti_tool.launch.claims import Context, Id
from lti_tool.launch.reading import Claim

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_MOST_ORIGINS = 50

HELLO = "LtiHelloWorldNotice"
CONTEXT_COPY = "LtiContextCopyNotice"
TYPES = (HELLO, CONTEXT_COPY)
"""What the tool asks to be told of."""


class _Posted(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class SentNotice(_Posted):
    """One entry of what a platform posts."""

    jwt: str


class SentNotices(_Posted):
    """What a platform posts; nobody sends more at once than the tool will look at."""

    notices: Annotated[list[SentNotice], Field(min_length=1, max_length=50)]


class NoticeHead(Claim):
    id: Id
    type: Id


class NoticeClaims(Claim):
    """What every notice says. It is about no person, so it has no sub."""

    deployment_id: Annotated[Id, Field(alias=_LTI + "deployment_id")]
    notice: Annotated[NoticeHead, Field(alias=_LTI + "notice")]


class ContextCopyClaims(NoticeClaims):
    """Content was copied into this course from others, the first of which is the nearest."""

    context: Annotated[Context, Field(alias=_LTI + "context")]
    origin_contexts: Annotated[
        list[Id], Field(alias=_LTI + "origin_contexts", default_factory=list, max_length=_MOST_ORIGINS)
    ]
