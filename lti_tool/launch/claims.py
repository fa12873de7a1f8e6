"""The claims of each message, of the types that the specifications give them.

LTI Core 1.3, section 5.3 (required claims) and 5.4 (optional ones); the other messages build on these.
What is optional has a default here, and counts as absent where it is empty or odd (`reading.py`).
"""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, StringConstraints

from lti_tool.core.text import clean_line, is_clean, is_one_line
from lti_tool.launch.errors import Fault, Rule
from lti_tool.launch.origins import origin_of
from lti_tool.launch.reading import Claim, broken
from xapi.validation.formats import is_language_tag

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/"
_AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/"
_GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/"
_DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_LONGEST_TAG = 35
_FLAGS = {"true": True, "false": False}


def _clean(value: str) -> str:
    if not is_clean(value):
        raise broken(Rule.CONTROL_CHARACTERS)
    return value


def _one_line(value: str) -> str:
    if not is_one_line(value):
        raise broken(Rule.CONTROL_CHARACTERS)
    return value


def _web_address(value: str) -> str:
    _one_line(value)
    try:
        parts = urlsplit(value)
    except ValueError:
        raise broken(Rule.NOT_AN_ADDRESS) from None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise broken(Rule.NOT_AN_ADDRESS)
    return value


def _page_address(value: str) -> str:
    if origin_of(_web_address(value)) is None:
        raise broken(Rule.NOT_AN_ADDRESS)
    return value


def _language(value: Any) -> Any:
    """The tag, or as much of its beginning as is one: "es-mx" of Moodle's "es_mx_kids".

    It is the check of statements, which name the language that somebody reads.
    """
    if not isinstance(value, str):
        return value
    subtags = value[: _LONGEST_TAG + 1].replace("_", "-").split("-")
    if len(value) > _LONGEST_TAG:
        del subtags[-1]
    while subtags and not is_language_tag("-".join(subtags)):
        del subtags[-1]
    if not subtags:
        raise broken(Rule.NOT_A_LANGUAGE if value else Rule.EMPTY)
    return "-".join(subtags)


Id = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_one_line)]
"""An id of the platform's: 1 to 255 characters, compared exactly."""
Address = Annotated[str, StringConstraints(min_length=1, max_length=2048), AfterValidator(_clean)]
"""An address of the platform's, kept as it wrote it. Whoever calls it goes through core/outbound."""
ServiceAddress = Annotated[Address, AfterValidator(_web_address)]
"""Where a service of the platform's is."""
PageAddress = Annotated[str, StringConstraints(min_length=1, max_length=4096), AfterValidator(_page_address)]
"""A page of the platform's that a browser can go to."""
Scope = Address
"""A service's scope, which is an address too (it is kept with the course)."""
Shown = Annotated[str, BeforeValidator(lambda value: clean_line(value) if isinstance(value, str) else value)]
"""Text for people: control characters go, and it is cut at 300 characters. There may be none."""
LanguageTag = Annotated[str, BeforeValidator(_language)]
"""A language tag (RFC 5646)."""
Flag = Annotated[
    bool, BeforeValidator(lambda value: _FLAGS.get(value, value) if isinstance(value, str) else value)
]
"""A boolean, which some platforms send as the word."""


class Context(Claim):
    id: Id
    title: Shown = ""
    label: Shown = ""


class ResourceLink(Claim):
    id: Id
    title: Shown = ""
    description: Shown = ""


class ToolPlatform(Claim):
    name: Shown = ""
    product_family_code: Shown = ""


class LaunchPresentation(Claim):
    locale: LanguageTag = ""
    return_url: PageAddress | None = None
    """The course's page, to go back to (LTI Core 1.3, section 5.4.4)."""


class RosterService(Claim):
    """Names and Role Provisioning Services 2.0, section 3.6.1.1."""

    context_memberships_url: ServiceAddress


class GradeService(Claim):
    """Assignment and Grade Services 2.0, section 3.1: what is missing here, the tool may not use."""

    scope: Annotated[list[Scope], Field(default_factory=list)]
    lineitems: ServiceAddress | None = None
    lineitem: ServiceAddress | None = None


class GroupService(Claim):
    """Course Groups Service 1.0, section 3.1."""

    scope: list[Scope]
    context_groups_url: ServiceAddress
    context_group_sets_url: ServiceAddress | None = None


class NotificationService(Claim):
    """Platform Notification Service 1.0, section 3: where the tool asks to be told of things."""

    platform_notification_service_url: ServiceAddress
    scope: list[Scope]
    notice_types_supported: Annotated[list[str], Field(default_factory=list)]


class DeepLinkingSettings(Claim):
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


class ForUser(Claim):
    """The person whom a message is about (Submission Review 1.0, section 4.2)."""

    user_id: Id
    name: Shown = ""
    given_name: Shown = ""
    family_name: Shown = ""

    @property
    def shown_name(self) -> str:
        """Empty where the platform keeps names to itself."""
        return self.name or f"{self.given_name} {self.family_name}".strip()


class MessageClaims(Claim):
    """What every message says, whichever its type; from a verified id_token."""

    _set_aside: Sequence[Fault] = PrivateAttr(default=())

    sub: Id
    version: Annotated[str, Field(alias=_LTI + "version")]
    message_type: Annotated[str, Field(alias=_LTI + "message_type")]
    deployment_id: Annotated[Id, Field(alias=_LTI + "deployment_id")]
    target_link_uri: Annotated[str, Field(alias=_LTI + "target_link_uri")]
    roles: Annotated[list[str], Field(alias=_LTI + "roles")]
    context: Annotated[Context | None, Field(alias=_LTI + "context")] = None
    custom: Annotated[dict[Any, Any] | None, Field(alias=_LTI + "custom")] = None
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
    locale: LanguageTag = ""

    @property
    def set_aside(self) -> Sequence[Fault]:
        """Optional claims that counted as absent, as they were empty or odd."""
        return self._set_aside

    @property
    def shown_name(self) -> str:
        """The name to show; empty where the platform keeps names to itself."""
        return self.name or f"{self.given_name} {self.family_name}".strip()

    @property
    def return_url(self) -> str | None:
        return self.presentation.return_url if self.presentation else None

    @property
    def language(self) -> str:
        """The person's language tag; "en" where the platform gives none that is one."""
        return (self.presentation.locale if self.presentation else "") or self.locale or "en"


class LaunchClaims(MessageClaims):
    """A resource link launch (LTI Core 1.3, section 5)."""

    resource_link: Annotated[ResourceLink, Field(alias=_LTI + "resource_link")]


class DeepLinkingClaims(MessageClaims):
    """An instructor chooses what to put into the course (Deep Linking 2.0, section 4)."""

    settings: Annotated[DeepLinkingSettings, Field(alias=_DEEP_LINKING + "deep_linking_settings")]


class SubmissionReviewClaims(MessageClaims):
    """Somebody looks at work from the gradebook (Submission Review 1.0, section 4).

    The specification has it about one person and one line item. Moodle names neither from the menu of a
    column, and no line item where the link has several.
    """

    for_user: Annotated[ForUser | None, Field(alias=_LTI + "for_user")] = None
    resource_link: Annotated[ResourceLink | None, Field(alias=_LTI + "resource_link")] = None

    @property
    def line_item(self) -> str | None:
        return self.grading.lineitem if self.grading else None


class DataPrivacyClaims(MessageClaims):
    """What the tool keeps of one person (Data Privacy Launch 1.0). It names neither a course nor a link."""

    for_user: Annotated[ForUser, Field(alias=_LTI + "for_user")]
    resource_link: Annotated[ResourceLink | None, Field(alias=_LTI + "resource_link")] = None
