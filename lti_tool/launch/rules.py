"""What a message must say beside having the right claims: who may send it, and what it must be about.

What the library's validators see to is not repeated here: that deep linking accepts links, say.
"""

from lti_tool.launch.claims import (
    DataPrivacyClaims,
    DeepLinkingClaims,
    MessageClaims,
    SubmissionReviewClaims,
)
from lti_tool.launch.errors import Advice, Fault, LaunchRefusedError, Rule
from lti_tool.launch.origins import origin_of
from lti_tool.people.roles import is_administrator, role_of

_RETURN_URL = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings.deep_link_return_url"


def check_message(message: MessageClaims, *, https_only: bool) -> None:
    """Raises LaunchRefusedError for a message that may not be let in, before it leaves a row."""
    if isinstance(message, DeepLinkingClaims):
        _check_deep_linking(message, https_only=https_only)
    elif isinstance(message, SubmissionReviewClaims):
        _check_submission_review(message)
    elif isinstance(message, DataPrivacyClaims):
        _check_data_privacy(message)


def _check_deep_linking(message: DeepLinkingClaims, *, https_only: bool) -> None:
    """Deep Linking 2.0, section 4.4.1. Where to return to is somewhere that a form may be sent."""
    _require_staff(message)
    return_url = message.settings.deep_link_return_url
    origin = origin_of(return_url)
    # Browsers read a backslash as a slash, and pass over white space: another address than we would see.
    is_plain = "\\" not in return_url and not any(letter.isspace() for letter in return_url)
    if origin is None or not is_plain:
        raise LaunchRefusedError("deep_linking_return_url", fault=Fault(_RETURN_URL, Rule.NOT_AN_ADDRESS))
    if https_only and not origin.startswith("https:"):
        fault = Fault(_RETURN_URL, Rule.NOT_HTTPS)
        raise LaunchRefusedError("deep_linking_return_url", Advice.HTTPS, fault=fault)


def _check_submission_review(message: SubmissionReviewClaims) -> None:
    """Staff look at anybody's work; everybody else at their own, which is meant where nobody is named."""
    if message.for_user is not None and message.for_user.user_id != message.sub:
        _require_staff(message)


def _check_data_privacy(message: DataPrivacyClaims) -> None:
    """For the person in question, or for somebody who asks on behalf of the whole institution."""
    if message.sub != message.for_user.user_id and not is_administrator(message.roles):
        raise LaunchRefusedError("privacy_of_somebody_else", Advice.PRIVATE)


def _require_staff(message: MessageClaims) -> None:
    if not role_of(message.roles).is_staff:
        raise LaunchRefusedError("role_not_staff", Advice.STAFF)
