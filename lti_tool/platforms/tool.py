"""What the tool tells platforms of itself, however they ask: its name, its wishes, its custom parameters."""

from types import MappingProxyType
from typing import Final

TITLE: Final = "Segue"
DESCRIPTION: Final = "Discuss, ask peers for help, and carry what you learn into work."

HISTORY_PARAMETERS: Final = MappingProxyType(
    {
        # After a course is copied, these name what its activities were copied from.
        "resource_link_history": "$ResourceLink.id.history",
        "context_history": "$Context.id.history",
    }
)

CLAIMS: Final = ("iss", "sub", "name", "given_name", "family_name", "locale")
"""People know each other by name here, and by nothing else."""

SCOPES: Final = (
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
)

MESSAGES: Final = MappingProxyType(
    {
        "LtiResourceLinkRequest": ("course_navigation",),
        "LtiDeepLinkingRequest": ("ContentArea", "link_selection", "assignment_selection"),
        "LtiSubmissionReviewRequest": (),
        "DataPrivacyLaunchRequest": (),
    }
)
"""Each message that the tool understands, with the placements it asks for where a platform offers them."""
