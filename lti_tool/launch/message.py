"""The library's view of a message that our guard has verified (pylti1p3next)."""

from typing import Any, cast

import requests
from pydantic import ValidationError
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch, TJwtData

from lti_tool.launch.claims import (
    DataPrivacyClaims,
    DeepLinkingClaims,
    LaunchClaims,
    MessageClaims,
    SubmissionReviewClaims,
)
from lti_tool.launch.errors import LaunchRefusedError
from lti_tool.platforms.lms import in_standard_shape

_TAKEN: dict[str, type[MessageClaims]] = {
    "LtiResourceLinkRequest": LaunchClaims,
    "LtiDeepLinkingRequest": DeepLinkingClaims,
    "LtiSubmissionReviewRequest": SubmissionReviewClaims,
    "DataPrivacyLaunchRequest": DataPrivacyClaims,
}
_NEVER_USED = requests.Session()
"""The library would make one for each message, which takes longer than reading it."""


class VerifiedMessage(MessageLaunch[Any, Any, Any, Any]):
    """Checks by message type and builds service objects; signature, state and nonce are our guard's.

    The library's own `validate` accepts replays, tokens without exp and a foreign azp (reference: lti.md
    section 4), so it is never called: the claims come in verified, and nothing is read from a request.
    """

    def __init__(self, claims: dict[str, Any]) -> None:
        super().__init__(
            None, None, session_service=object(), cookie_service=object(), requests_session=_NEVER_USED
        )
        self.set_auto_validation(enable=False)
        self.set_jwt(cast("TJwtData", {"body": claims}))

    def _get_request_param(self, key: str) -> str:
        raise LtiException(f"{key} was asked of a request, and there is none")


def read_message(claims: dict[str, Any]) -> MessageClaims:
    """The typed claims of a message that this tool takes; refuses every other one and every missing claim."""
    kind = claims.get("https://purl.imsglobal.org/spec/lti/claim/message_type")
    if not kind:
        raise LaunchRefusedError("message_type_missing")
    typed = _TAKEN.get(kind) if isinstance(kind, str) else None
    if typed is None:
        raise LaunchRefusedError("message_type_unsupported")
    try:
        message = typed.model_validate(in_standard_shape(claims))
        VerifiedMessage(claims).validate_message()
    except (ValidationError, RecursionError):
        raise LaunchRefusedError("claims_invalid") from None
    except LtiException:
        raise LaunchRefusedError("message_invalid") from None
    return message
