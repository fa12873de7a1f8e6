"""LTI Dynamic Registration 1.0, the platform's half: our description, and registering the one tool."""

from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo.lms.checks import Refusal, bad
from lti_tool.demo.lms.services import REALM, current_lms, read_body
from lti_tool.demo.lms.vocabulary import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST, SCOPES

bp = Blueprint("registration", __name__)

PLATFORM_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"


@bp.get("/.well-known/openid-configuration")
def configuration() -> Response:
    config = current_lms().config
    return jsonify(
        {
            "issuer": config.issuer,
            "authorization_endpoint": config.auth_url,
            "token_endpoint": config.token_url,
            "jwks_uri": config.jwks_url,
            "registration_endpoint": config.registration_url,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", *sorted(SCOPES)],
            "claims_supported": ["iss", "sub", "name", "given_name", "family_name", "email", "locale"],
            PLATFORM_CONFIGURATION: {
                "product_family_code": "segue-demo-lms",
                "version": "1",
                "messages_supported": [
                    {"type": RESOURCE_LINK_REQUEST},
                    {"type": DEEP_LINKING_REQUEST, "placements": ["ContentArea"]},
                ],
                "variables": ["Context.id.history", "ResourceLink.id.history"],
            },
        }
    )


@bp.post("/register")
def register() -> Response:
    """Register the tool that this LMS was set up for, with what it asks for as far as it is offered."""
    _require_token()
    asked = read_body("application/json")
    _check(asked)
    config = current_lms().config
    granted = {
        **asked,
        "client_id": config.client_id,
        "scope": " ".join(scope for scope in str(asked.get("scope", "")).split() if scope in SCOPES),
        TOOL_CONFIGURATION: {**asked[TOOL_CONFIGURATION], "deployment_id": config.deployment_id},
    }
    return jsonify(granted)


def _require_token() -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not current_lms().registrations.take(token.strip()):
        raise Refusal(
            401, "invalid_token", "the registration token is unknown or used", {"WWW-Authenticate": REALM}
        )


def _check(asked: dict[str, Any]) -> None:
    """LTI Dynamic Registration 1.0, section 3.5.2, and that it is the one tool whose address we know."""
    config = current_lms().config
    fixed: dict[str, object] = {
        "application_type": "web",
        "response_types": ["id_token"],
        "redirect_uris": [config.tool_launch_url],
        "initiate_login_uri": config.tool_login_url,
        "jwks_uri": config.tool_jwks_url,
        "token_endpoint_auth_method": "private_key_jwt",
    }
    for name, value in fixed.items():
        if asked.get(name) != value:
            raise bad(f"{name} must be {value}")
    if set(asked.get("grant_types") or ()) != {"implicit", "client_credentials"}:
        raise bad("grant_types must be implicit and client_credentials")
    tool = asked.get(TOOL_CONFIGURATION)
    if not isinstance(tool, dict) or not isinstance(tool.get("claims"), list):
        raise bad("the tool configuration is missing, or its claims are")
