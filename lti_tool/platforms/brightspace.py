"""Brightspace (D2L): a token audience of its own, and histories in a claim of its own."""

from typing import Any

from lti_tool.platforms.custom_parameters import CONTEXT_HISTORY, RESOURCE_LINK_HISTORY, substituted
from lti_tool.platforms.habits import Claims, Habits

_CUSTOM = "https://purl.imsglobal.org/spec/lti/claim/custom"
_OWN = "http://www.brightspace.com"
_HISTORIES = {
    RESOURCE_LINK_HISTORY: "ResourceLink.id.history",
    CONTEXT_HISTORY: "Context.id.history",
}


def _standard(claims: Claims) -> Claims:
    """The histories of its own claim, where the custom parameters of the deployment don't have them."""
    own, custom = claims.get(_OWN), claims.get(_CUSTOM) or {}
    if not isinstance(own, dict) or not isinstance(custom, dict):
        return claims
    missing: dict[str, Any] = {
        name: own[theirs]
        for name, theirs in _HISTORIES.items()
        if theirs in own and substituted(custom, name) is None
    }
    return {**claims, _CUSTOM: {**custom, **missing}} if missing else claims


HABITS = Habits(
    product="Brightspace",
    families=frozenset({"desire2learn"}),
    hosts=("brightspace.com",),
    token_audience="https://api.brightspace.com/auth/token",  # noqa: S106  an address, not a secret
    standard=_standard,
)
