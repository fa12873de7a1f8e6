"""The library's view of a message that our guard has verified (pylti1p3next)."""

from typing import Any, cast

from pydantic import ValidationError
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch, TJwtData

from lti_tool.launch.claims import LaunchClaims
from lti_tool.launch.errors import LaunchRefusedError

_RESOURCE_LINK = "LtiResourceLinkRequest"


class VerifiedMessage(MessageLaunch[Any, Any, Any, Any]):
    """Checks by message type and builds service objects; signature, state and nonce are our guard's.

    The library's own `validate` accepts replays, tokens without exp and a foreign azp (reference: lti.md
    section 4), so it is never called: the claims come in verified, and nothing is read from a request.
    """

    def __init__(self, claims: dict[str, Any]) -> None:
        super().__init__(None, None, session_service=object(), cookie_service=object())
        self.set_auto_validation(enable=False)
        self.set_jwt(cast(TJwtData, {"body": claims}))


def read_resource_link_launch(claims: dict[str, Any]) -> LaunchClaims:
    """The typed claims of a resource link launch; refuses every other message and every missing claim."""
    try:
        typed = LaunchClaims.model_validate(claims)
    except (ValidationError, RecursionError):
        raise LaunchRefusedError(_first_problem(claims)) from None
    message = VerifiedMessage(claims)
    try:
        message.validate_message()
    except LtiException:
        raise LaunchRefusedError("message_invalid") from None
    if not message.is_resource_launch():
        raise LaunchRefusedError("message_type_unsupported")
    return typed


def _first_problem(claims: dict[str, Any]) -> str:
    """A launch of another kind lacks claims too; its kind is the better reason."""
    kind = claims.get("https://purl.imsglobal.org/spec/lti/claim/message_type")
    if kind is None:
        return "message_type_missing"
    return "claims_invalid" if kind == _RESOURCE_LINK else "message_type_unsupported"
