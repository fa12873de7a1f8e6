"""What the tool tells platforms of itself, however they ask: its name and its messages."""

from types import MappingProxyType
from typing import Final

TITLE: Final = "Segue"
DESCRIPTION: Final = "Discuss, ask peers for help, and carry what you learn into work."

CLAIMS: Final = ("iss", "sub", "name", "given_name", "family_name", "locale")
"""People know each other by name here, and by nothing else."""

MESSAGES: Final = MappingProxyType(
    {
        "LtiResourceLinkRequest": ("course_navigation",),
        "LtiDeepLinkingRequest": ("ContentArea", "link_selection", "assignment_selection"),
        "LtiSubmissionReviewRequest": (),
        "DataPrivacyLaunchRequest": (),
    }
)
"""Each message that the tool understands, with the placements it asks for where a platform offers them."""
