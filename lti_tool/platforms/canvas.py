"""What Canvas wants to know of the tool, in the format that its administrators paste or point to.

Canvas: Configuring LTI Advantage Tools, "Anatomy of a JSON configuration".
"""

from typing import Any
from urllib.parse import urlsplit

_TITLE = "Segue"
_DESCRIPTION = "Discuss, ask peers for help, and carry what you learn into work."


def canvas_configuration(base_url: str) -> dict[str, Any]:
    """The tool at this address, with what it does today: no placement that needs deep linking, no service.

    Canvas takes the target for the redirect address too, so it is the address that login names.
    """
    target = f"{base_url}/lti/launch"
    return {
        "title": _TITLE,
        "description": _DESCRIPTION,
        "oidc_initiation_url": f"{base_url}/lti/login",
        "target_link_uri": target,
        "public_jwk_url": f"{base_url}/lti/jwks.json",
        "scopes": [],
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(base_url).hostname,
                "tool_id": "segue",
                # People know each other by name here, and by nothing else.
                "privacy_level": "name_only",
                "settings": {
                    "text": _TITLE,
                    "placements": [
                        {
                            "placement": "course_navigation",
                            "message_type": "LtiResourceLinkRequest",
                            "target_link_uri": target,
                            "text": _TITLE,
                            "enabled": True,
                        }
                    ],
                },
            }
        ],
        # After a course is copied, these name what its activities were copied from.
        "custom_fields": {
            "resource_link_history": "$ResourceLink.id.history",
            "context_history": "$Context.id.history",
        },
    }
