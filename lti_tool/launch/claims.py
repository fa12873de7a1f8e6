"""The claims of a resource link launch, each of the type that the specification gives it.

LTI Core 1.3, section 5.3 (required claims) and 5.4 (optional ones). What is optional and of a wrong
type is refused too: a platform that sends it can't be understood safely.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from lti_tool.core.text import clean_line, is_clean

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_LONGEST_TAG = 35


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
Shown = Annotated[str, BeforeValidator(_shown)]
"""Text for people: null is none, control characters go, and it is cut at 300 characters."""


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


class LaunchPresentation(_Claim):
    locale: Shown = ""
    return_url: str | None = None


class LaunchClaims(_Claim):
    """The part of a verified id_token that Segue acts on."""

    sub: Id
    version: Annotated[str, Field(alias=_LTI + "version")]
    message_type: Annotated[str, Field(alias=_LTI + "message_type")]
    deployment_id: Annotated[Id, Field(alias=_LTI + "deployment_id")]
    target_link_uri: Annotated[str, Field(alias=_LTI + "target_link_uri")]
    roles: Annotated[list[str], Field(alias=_LTI + "roles")]
    resource_link: Annotated[ResourceLink, Field(alias=_LTI + "resource_link")]
    context: Annotated[Context | None, Field(alias=_LTI + "context")] = None
    custom: Annotated[dict[str, Any] | None, Field(alias=_LTI + "custom")] = None
    tool_platform: Annotated[ToolPlatform | None, Field(alias=_LTI + "tool_platform")] = None
    presentation: Annotated[LaunchPresentation | None, Field(alias=_LTI + "launch_presentation")] = None
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
