"""What Canvas wants to know of the tool, in the format that its administrators paste or point to.

Canvas: Configuring LTI Advantage Tools, "Anatomy of a JSON configuration".
"""

from typing import Any
from urllib.parse import urlsplit

from lti_tool.platforms.tool import DESCRIPTION, HISTORY_PARAMETERS, TITLE

PRIVACY_LEVEL = "name_only"
"""People know each other by name here, and by nothing else."""
TOOL_ID = "segue"


def canvas_configuration(base_url: str) -> dict[str, Any]:
    """The tool at this address, with what it does today: no placement that needs deep linking, no service.

    Canvas takes the target for the redirect address too, so it is the address that login names.
    """
    target = f"{base_url}/lti/launch"
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "oidc_initiation_url": f"{base_url}/lti/login",
        "target_link_uri": target,
        "public_jwk_url": f"{base_url}/lti/jwks.json",
        "scopes": [],
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(base_url).hostname,
                "tool_id": TOOL_ID,
                "privacy_level": PRIVACY_LEVEL,
                "settings": {
                    "text": TITLE,
                    "placements": [
                        {
                            "placement": "course_navigation",
                            "message_type": "LtiResourceLinkRequest",
                            "target_link_uri": target,
                            "text": TITLE,
                            "enabled": True,
                        }
                    ],
                },
            }
        ],
        "custom_fields": dict(HISTORY_PARAMETERS),
    }
