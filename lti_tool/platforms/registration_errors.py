"""Registrations that are refused: a code for the log, words for the administrator."""

from enum import StrEnum

from lti_tool.core.errors import SegueError


class Trouble(StrEnum):
    """What to say about it; each has its words in templates/platforms/refused.html."""

    INVITATION = "invitation"
    IN_USE = "in_use"
    REQUEST = "request"
    HTTPS = "https"
    PORT = "port"
    UNREACHABLE = "unreachable"
    CONFIGURATION = "configuration"
    ADDRESSES = "addresses"
    DECLINED = "declined"


_TROUBLES = {
    "invitation_unknown": Trouble.INVITATION,
    "invitation_expired": Trouble.INVITATION,
    "invitation_used": Trouble.INVITATION,
    "invitation_for_another": Trouble.INVITATION,
    "invitation_in_use": Trouble.IN_USE,
    "request_incomplete": Trouble.REQUEST,
    "platform_over_http": Trouble.HTTPS,
    "platform_port": Trouble.PORT,
    "configuration_unavailable": Trouble.UNREACHABLE,
    "registration_unavailable": Trouble.UNREACHABLE,
    "configuration_invalid": Trouble.CONFIGURATION,
    "algorithm_unsupported": Trouble.CONFIGURATION,
    "message_unsupported": Trouble.CONFIGURATION,
    "issuer_elsewhere": Trouble.ADDRESSES,
    "address_elsewhere": Trouble.ADDRESSES,
    "registration_declined": Trouble.DECLINED,
    "answer_invalid": Trouble.DECLINED,
}
_STATUS = {Trouble.INVITATION: 404, Trouble.IN_USE: 409, Trouble.UNREACHABLE: 502}
_ANY_OTHER = 400


class RegistrationRefusedError(SegueError):
    """A platform that is not registered. `code` goes to the log; nothing that the platform said does."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.trouble = _TROUBLES[code]
        self.status = _STATUS.get(self.trouble, _ANY_OTHER)
