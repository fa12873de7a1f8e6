"""The library's view of a message that our guard has verified (pylti1p3next)."""

from collections.abc import Mapping
from typing import Any, cast

import requests
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch, TJwtData
from pylti1p3.message_validators.resource_message import ResourceMessageValidator

from lti_tool.launch.claims import (
    DataPrivacyClaims,
    DeepLinkingClaims,
    LaunchClaims,
    MessageClaims,
    SubmissionReviewClaims,
)
from lti_tool.launch.errors import Fault, LaunchRefusedError, Rule
from lti_tool.launch.reading import BrokenClaimError, read_claims
from lti_tool.platforms.lms import in_standard_shape

_TAKEN: dict[str, type[MessageClaims]] = {
    "LtiResourceLinkRequest": LaunchClaims,
    "LtiDeepLinkingRequest": DeepLinkingClaims,
    "LtiSubmissionReviewRequest": SubmissionReviewClaims,
    "DataPrivacyLaunchRequest": DataPrivacyClaims,
}
_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
_LIBRARY_SAYS = {
    "Incorrect version, expected 1.3.0": Fault(f"{_LTI}version", Rule.NOT_AN_LTI_VERSION),
    "Must support resource link placement types": Fault(f"{_SETTINGS}.accept_types", Rule.LINKS_NOT_ACCEPTED),
    "Must support a presentation type": Fault(
        f"{_SETTINGS}.accept_presentation_document_targets", Rule.EMPTY
    ),
    "Context claim must be omitted from a DataPrivacyLaunchRequest": Fault(
        f"{_LTI}context", Rule.NOT_ALLOWED_HERE
    ),
    "Resource link claim must be omitted from a DataPrivacyLaunchRequest": Fault(
        f"{_LTI}resource_link", Rule.NOT_ALLOWED_HERE
    ),
}
"""What the library's validators see to, by their words."""
_NEVER_USED = requests.Session()
"""The library would make one for each message, which takes longer than reading it."""


class VerifiedMessage(MessageLaunch[Any, Any, Any, Any]):
    """Checks by message type and builds service objects; signature, state and nonce are our guard's.

    The library's own `validate` accepts replays, tokens without exp and a foreign azp (reference: lti.md
    section 4), so it is never called: the claims come in verified, and nothing is read from a request.
    """

    def __init__(self, claims: Mapping[str, Any]) -> None:
        super().__init__(
            None, None, session_service=object(), cookie_service=object(), requests_session=_NEVER_USED
        )
        self.set_auto_validation(enable=False)
        self.set_jwt(cast("TJwtData", {"body": claims}))

    def _get_request_param(self, key: str) -> str:
        raise LtiException(f"{key} was asked of a request, and there is none")

    def check(self) -> None:
        """Raises LtiException.

        Of a submission review the library wants more than platforms send, so only what all messages have in
        common is checked.
        """
        body = self._get_jwt_body()
        if body.get(f"{_LTI}message_type") == "LtiSubmissionReviewRequest":
            ResourceMessageValidator().run_common_validators(body)
        else:
            self.validate_message()


def read_message(claims: dict[str, Any]) -> MessageClaims:
    """The typed claims of a message that this tool takes; refuses every other one and every missing claim."""
    name = f"{_LTI}message_type"
    kind = claims.get(name)
    if not kind:
        raise LaunchRefusedError("message_type_missing", fault=Fault(name, Rule.MISSING))
    typed = _TAKEN.get(kind) if isinstance(kind, str) else None
    if typed is None:
        raise LaunchRefusedError("message_type_unsupported", fault=Fault(name, Rule.NOT_A_MESSAGE_TYPE))
    try:
        read = read_claims(typed, in_standard_shape(claims))
        VerifiedMessage(read.kept).check()
    except BrokenClaimError as error:
        raise LaunchRefusedError("claims_invalid", fault=error.fault) from None
    except RecursionError:
        raise LaunchRefusedError("claims_invalid") from None
    except LtiException as error:
        raise LaunchRefusedError("message_invalid", fault=_LIBRARY_SAYS.get(str(error))) from None
    message = read.message
    message._set_aside = read.set_aside  # noqa: SLF001  # a model's fields are what was sent
    return message
