"""The claims of each message, of the types that the specifications give them.

LTI Core 1.3, section 5.3 (required claims) and 5.4 (optional ones); the other messages build on these.
What is optional and of a wrong type is refused too: a platform that sends it can't be understood safely.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from lti_tool.core.text import clean_line, is_clean

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/"
_AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/"
_GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/"
_DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_LONGEST_TAG = 35
_FLAGS = {"true": True, "false": False}


def _kept_as_it_is(value: str) -> str:
    if not is_clean(value):
        raise ValueError("control characters")
    return value


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return clean_line(value) if isinstance(value, str) else value


Id = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_kept_as_it_is)]
"""An id of the platform's: 1 to 255 characters, compared exactly."""
Address = Annotated[str, StringConstraints(min_length=1, max_length=2048), AfterValidator(_kept_as_it_is)]
"""An address of the platform's, kept as it wrote it. Whoever calls it goes through core/outbound."""
Scope = Address
"""A service's scope, which is an address too (it is kept with the course)."""
Shown = Annotated[str, BeforeValidator(_shown)]
"""Text for people: null is none, control characters go, and it is cut at 300 characters."""
Flag = Annotated[
    bool, BeforeValidator(lambda value: _FLAGS.get(value, value) if isinstance(value, str) else value)
]
"""A boolean, which some platforms send as the word."""


class _Claim(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Context(_Claim):
    id: Id
    title: Shown = ""
    label: Shown = ""


class ResourceLink(_Claim):
    id: Id
    title: Shown = ""
    description: Shown = ""


class ToolPlatform(_Claim):
    name: Shown = ""
    product_family_code: Shown = ""


class LaunchPresentation(_Claim):
    locale: Shown = ""
    return_url: str | None = None


class RosterService(_Claim):
    """Names and Role Provisioning Services 2.0, section 3.6.1.1."""

    context_memberships_url: Address


class GradeService(_Claim):
    """Assignment and Grade Services 2.0, section 3.1: what is missing here, the tool may not use."""

    scope: list[Scope]
    lineitems: Address | None = None
    lineitem: Address | None = None


class GroupService(_Claim):
    """Course Groups Service 1.0, section 3.1."""

    scope: list[Scope]
    context_groups_url: Address
    context_group_sets_url: Address | None = None


class NotificationService(_Claim):
    """Platform Notification Service 1.0, section 3: where the tool asks to be told of things."""

    platform_notification_service_url: Address
    scope: list[Scope]
    notice_types_supported: list[str] = []


class DeepLinkingSettings(_Claim):
    """Deep Linking 2.0, section 4.4.1; what the platform takes back, and where."""

    deep_link_return_url: Address
    accept_types: list[str]
    accept_presentation_document_targets: list[str]
    accept_multiple: Flag = True
    accept_lineitem: Flag | None = None
    """Whether it makes a column of a link's line item; None where the platform says nothing of it."""
    title: Shown = ""
    """What the platform suggests as the title."""
    data: str | None = None
    """Returned byte for byte; None where the platform sent none."""


class ForUser(_Claim):
    """The person whom a message is about (Submission Review 1.0, section 4.2)."""

    user_id: Id
    name: Shown = ""
    given_name: Shown = ""
    family_name: Shown = ""


class MessageClaims(_Claim):
    """What every message says, whichever its type; from a verified id_token."""

    sub: Id
    version: Annotated[str, Field(alias=_LTI + "version")]
    message_type: Annotated[str, Field(alias=_LTI + "message_type")]
    deployment_id: Annotated[Id, Field(alias=_LTI + "deployment_id")]
    target_link_uri: Annotated[str, Field(alias=_LTI + "target_link_uri")]
    roles: Annotated[list[str], Field(alias=_LTI + "roles")]
    context: Annotated[Context | None, Field(alias=_LTI + "context")] = None
    custom: Annotated[dict[str, Any] | None, Field(alias=_LTI + "custom")] = None
    tool_platform: Annotated[ToolPlatform | None, Field(alias=_LTI + "tool_platform")] = None
    presentation: Annotated[LaunchPresentation | None, Field(alias=_LTI + "launch_presentation")] = None
    notifications: Annotated[
        NotificationService | None, Field(alias=_LTI + "platformnotificationservice")
    ] = None
    roster: Annotated[RosterService | None, Field(alias=_NRPS + "namesroleservice")] = None
    grading: Annotated[GradeService | None, Field(alias=_AGS + "endpoint")] = None
    groups: Annotated[GroupService | None, Field(alias=_GROUPS + "groupsservice")] = None
    name: Shown = ""
    given_name: Shown = ""
    family_name: Shown = ""
    locale: Shown = ""

    @property
    def shown_name(self) -> str:
        """The name to show; empty where the platform keeps names to itself."""
        return self.name or f"{self.given_name} {self.family_name}".strip()

    @property
    def language(self) -> str:
        """The person's language tag; "en" where the platform gives none that is one."""
        wanted = (self.presentation.locale if self.presentation else "") or self.locale
        tag = wanted.replace("_", "-")
        is_tag = tag.isascii() and tag.replace("-", "").isalnum() and len(tag) <= _LONGEST_TAG
        return tag if is_tag and tag[:2].isalpha() else "en"


class LaunchClaims(MessageClaims):
    """A resource link launch (LTI Core 1.3, section 5)."""

    resource_link: Annotated[ResourceLink, Field(alias=_LTI + "resource_link")]


class DeepLinkingClaims(MessageClaims):
    """An instructor chooses what to put into the course (Deep Linking 2.0, section 4)."""

    settings: Annotated[DeepLinkingSettings, Field(alias=_DEEP_LINKING + "deep_linking_settings")]


class SubmissionReviewClaims(MessageClaims):
    """Staff look at one learner's work, from the gradebook (Submission Review 1.0, section 4)."""

    for_user: Annotated[ForUser, Field(alias=_LTI + "for_user")]
    grading: Annotated[GradeService, Field(alias=_AGS + "endpoint")]
    resource_link: Annotated[ResourceLink | None, Field(alias=_LTI + "resource_link")] = None


class DataPrivacyClaims(MessageClaims):
    """What the tool keeps of one person, outside any course (Data Privacy Launch 1.0)."""

    for_user: Annotated[ForUser, Field(alias=_LTI + "for_user")]
    context: Annotated[None, Field(alias=_LTI + "context")] = None
