"""Our registration at a platform: what we ask for, and what the platform answers.

LTI Dynamic Registration 1.0, sections 3.5.2 and 3.6; OpenID Connect Dynamic Client Registration 1.0.
"""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lti_tool.launch.claims import Id
from lti_tool.platforms.canvas import PRIVACY_LEVEL, TOOL_ID
from lti_tool.platforms.custom_parameters import HISTORY_PARAMETERS
from lti_tool.platforms.openid_configuration import OpenIdConfiguration
from lti_tool.platforms.registration_errors import RegistrationRefusedError
from lti_tool.platforms.scopes import GROUP_READ, WANTED
from lti_tool.platforms.tool import CLAIMS, DESCRIPTION, MESSAGES, TITLE

_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"


def registration_request(base_url: str, offered: OpenIdConfiguration) -> dict[str, Any]:
    """What we ask this platform for: of all that the tool understands, what the platform offers."""
    return {
        "application_type": "web",
        "client_name": TITLE,
        "grant_types": ["client_credentials", "implicit"],
        "response_types": ["id_token"],
        "redirect_uris": [f"{base_url}/lti/launch"],
        "initiate_login_uri": f"{base_url}/lti/login",
        "jwks_uri": f"{base_url}/lti/jwks.json",
        "logo_uri": f"{base_url}/lti/logo.svg",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scope for scope in (*WANTED, GROUP_READ) if scope in offered.scopes_supported),
        _TOOL: {
            "domain": urlsplit(base_url).netloc,
            "description": DESCRIPTION,
            "target_link_uri": f"{base_url}/lti/launch",
            "claims": _claims(offered),
            "custom_parameters": dict(HISTORY_PARAMETERS),
            "messages": _messages(base_url, offered),
            **_makers_own(offered),
        },
    }


def _claims(offered: OpenIdConfiguration) -> list[str]:
    known = offered.claims_supported or CLAIMS
    return [claim for claim in CLAIMS if claim in {"iss", "sub", *known}]


def _messages(base_url: str, offered: OpenIdConfiguration) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    for message in offered.platform.messages_supported:
        if message.type in MESSAGES:
            placements = [name for name in MESSAGES[message.type] if name in message.placements]
            messages.append(
                {
                    "type": message.type,
                    "target_link_uri": f"{base_url}/lti/launch",
                    "label": TITLE,
                    **({"placements": placements} if placements else {}),
                }
            )
    return messages


def _makers_own(offered: OpenIdConfiguration) -> dict[str, str]:
    if offered.platform.product_family_code != "canvas":
        return {}
    # Canvas: Registering an LTI Tool. Without it, everybody would come without a name.
    return {
        "https://canvas.instructure.com/lti/privacy_level": PRIVACY_LEVEL,
        "https://canvas.instructure.com/lti/tool_id": TOOL_ID,
    }


class _Answered(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _ToolConfiguration(_Answered):
    deployment_id: Id | None = None


class GrantedRegistration(_Answered):
    """What the platform made of our request."""

    client_id: Id
    scope: str | None = None
    redirect_uris: list[str] | None = None
    initiate_login_uri: str | None = None
    jwks_uri: str | None = None
    token_endpoint_auth_method: str | None = None
    tool: Annotated[_ToolConfiguration | None, Field(alias=_TOOL)] = None

    @property
    def deployment_id(self) -> str | None:
        return self.tool.deployment_id if self.tool else None

    def scopes(self, asked: str) -> list[str]:
        """What we asked for and got; a platform that says nothing of it granted all (RFC 7591, 3.2.1)."""
        granted = (asked if self.scope is None else self.scope).split()
        return [scope for scope in asked.split() if scope in granted]


def read_answer(document: Any, asked: dict[str, Any]) -> GrantedRegistration:
    """Raises RegistrationRefusedError for an answer that is none, or is about another tool than ours."""
    try:
        granted = GrantedRegistration.model_validate(document)
    except (ValidationError, RecursionError):
        raise RegistrationRefusedError("answer_invalid") from None
    # A platform may leave them out; what it gives must be ours.
    fixed = ("initiate_login_uri", "jwks_uri", "token_endpoint_auth_method")
    is_ours = all(getattr(granted, name) in {None, asked[name]} for name in fixed)
    known = granted.redirect_uris
    if not is_ours or (known is not None and asked["redirect_uris"][0] not in known):
        raise RegistrationRefusedError("answer_invalid")
    return granted
