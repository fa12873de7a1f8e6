"""Canvas: its habits, and what it wants to know of the tool, in the format that administrators paste.

Canvas: Configuring LTI Advantage Tools, "Anatomy of a JSON configuration"; Placements; LTI launch claims.
"""

from typing import Any
from urllib.parse import urlsplit

from lti_tool.platforms.custom_parameters import (
    CONTEXT_HISTORY,
    HISTORY_PARAMETERS,
    RESOURCE_LINK_HISTORY,
    substituted,
)
from lti_tool.platforms.habits import Claims, Habits
from lti_tool.platforms.scopes import WANTED
from lti_tool.platforms.tool import DESCRIPTION, TITLE

PRIVACY_LEVEL = "name_only"
"""People know each other by name here, and by nothing else."""
TOOL_ID = "segue"
_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_MENU_PLACEMENT = "course_navigation"
_CHOOSING_PLACEMENTS = ("link_selection", "assignment_selection")
"""Where an instructor adds an activity: to a module, and as what an assignment consists of."""


def _standard(claims: Claims) -> Claims:
    """A link in the course's menu has the course's id, so the course's history is its history."""
    link, context = claims.get(f"{_LTI}resource_link"), claims.get(f"{_LTI}context")
    custom = claims.get(f"{_LTI}custom")
    if not (isinstance(link, dict) and isinstance(context, dict) and isinstance(custom, dict)):
        return claims
    history = substituted(custom, CONTEXT_HISTORY)
    if link.get("id") != context.get("id") or not history or substituted(custom, RESOURCE_LINK_HISTORY):
        return claims
    return {**claims, f"{_LTI}custom": {**custom, RESOURCE_LINK_HISTORY: history}}


HABITS = Habits(
    product="Canvas",
    families=frozenset({"canvas"}),
    hosts=("instructure.com", "canvaslms.com"),
    standard=_standard,
)


def canvas_configuration(base_url: str) -> dict[str, Any]:
    """The tool at this address, with what it does.

    Canvas takes the target for the redirect address too, so it is the address that login names. It has no
    message for reviewing a submission: SpeedGrader opens the activity itself.
    """
    target = f"{base_url}/lti/launch"
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "oidc_initiation_url": f"{base_url}/lti/login",
        "target_link_uri": target,
        "public_jwk_url": f"{base_url}/lti/jwks.json",
        "scopes": list(WANTED),
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(base_url).hostname,
                "tool_id": TOOL_ID,
                "privacy_level": PRIVACY_LEVEL,
                "settings": {
                    "text": TITLE,
                    "placements": [
                        _placement(_MENU_PLACEMENT, "LtiResourceLinkRequest", target),
                        *(_placement(name, "LtiDeepLinkingRequest", target) for name in _CHOOSING_PLACEMENTS),
                    ],
                },
            }
        ],
        "custom_fields": dict(HISTORY_PARAMETERS),
    }


def _placement(name: str, message_type: str, target: str) -> dict[str, Any]:
    return {
        "placement": name,
        "message_type": message_type,
        "target_link_uri": target,
        "text": TITLE,
        "enabled": True,
    }
