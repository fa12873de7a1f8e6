"""A platform's own description of itself: fetched, and believed only as far as its addresses reach.

LTI Dynamic Registration 1.0, sections 3.4 and 3.5.1; OpenID Connect Discovery 1.0, section 3.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from lti_tool.core.outbound import OutboundClient, OutboundError, Policy, read_address
from lti_tool.launch.reading import BrokenClaimError, Claim, read_claims
from lti_tool.platforms.registration_errors import RegistrationRefusedError
from xapi.validation.formats import is_iri

_LARGEST = 256 * 1024
_ALGORITHM = "RS256"


class OfferedMessage(Claim):
    type: str
    placements: Annotated[list[str], Field(default_factory=list)]


def _as_message(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value  # Moodle lists their names alone


class PlatformConfiguration(Claim):
    product_family_code: str
    messages_supported: list[Annotated[OfferedMessage, BeforeValidator(_as_message)]]


class OpenIdConfiguration(Claim):
    """The part that registering needs; every address in it is one that `read_configuration` let through."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str
    authorization_server: str | None = None
    """The audience for its token address, where that is not the address itself."""
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: Annotated[
        list[str], Field(default_factory=lambda: [_ALGORITHM])
    ]
    token_endpoint_auth_methods_supported: Annotated[
        list[str], Field(default_factory=lambda: ["private_key_jwt"])
    ]
    response_types_supported: Annotated[list[str], Field(default_factory=lambda: ["id_token"])]
    scopes_supported: Annotated[list[str], Field(default_factory=list)]
    claims_supported: Annotated[list[str], Field(default_factory=list)]
    platform: Annotated[
        PlatformConfiguration, Field(alias="https://purl.imsglobal.org/spec/lti-platform-configuration")
    ]

    @property
    def audience(self) -> str | None:
        """Canvas gives a host name alone, and wants the token address for an audience all the same."""
        given = self.authorization_server
        return given if given and "://" in given and given != self.token_endpoint else None


@dataclass(frozen=True, slots=True)
class _Hosted:
    """A hosted LMS whose addresses are on other hosts than its issuer. Hosts are matched whole."""

    issuer: re.Pattern[str]
    hosts: re.Pattern[str]


_HOSTED = (
    # All schools of Canvas' cloud share an issuer. Canvas: Configuring LTI Advantage Tools, "Step 1", and
    # Registering an LTI Tool; since 2023 its endpoints are at sso.canvaslms.com.
    *(
        _Hosted(
            re.compile(rf"https://canvas\.{stage}instructure\.com"),
            re.compile(rf"(?:[a-z0-9-]+\.{stage}instructure|sso\.{stage}canvaslms)\.com"),
        )
        for stage in ("", r"beta\.", r"test\.")
    ),
    # Each school has its issuer, and all have one token server (reference: lti.md section 5).
    _Hosted(
        re.compile(r"https://[a-z0-9-]+\.brightspace\.com"), re.compile(r"(?:auth|api)\.brightspace\.com")
    ),
)


def may_speak_for(issuer: str, url: str, policy: Policy) -> bool:
    """Whether this address is the issuer's: on its own origin, or where its maker is known to have it."""
    try:
        own, other = read_address(issuer, policy), read_address(url, policy)
    except OutboundError:
        return False
    if (own.scheme, own.host, own.port) == (other.scheme, other.host, other.port):
        return True
    known = any(one.issuer.fullmatch(issuer) and one.hosts.fullmatch(other.host) for one in _HOSTED)
    return known and (other.scheme, other.port) == (own.scheme, own.port)


def read_configuration(
    client: OutboundClient, url: str, policy: Policy, *, headers: dict[str, str]
) -> OpenIdConfiguration:
    """Raises RegistrationRefusedError."""
    try:
        document = client.fetch_json(url, largest=_LARGEST, headers=headers)
        described = read_claims(OpenIdConfiguration, document).message
    except OutboundError:
        raise RegistrationRefusedError("configuration_unavailable") from None
    except (BrokenClaimError, RecursionError):
        raise RegistrationRefusedError("configuration_invalid") from None
    _check_addresses(described, url, policy)
    _check_abilities(described)
    return described


def _check_addresses(described: OpenIdConfiguration, url: str, policy: Policy) -> None:
    issuer = described.issuer
    if policy.https_only and _is_over_http(described):
        raise RegistrationRefusedError("platform_over_http")
    if set(issuer) & set("?#") or not is_iri(issuer) or not may_speak_for(issuer, url, policy):
        raise RegistrationRefusedError("issuer_elsewhere")
    # An audience or a token address elsewhere would have us sign for, or to, somebody else's server.
    addresses = (
        described.authorization_endpoint,
        described.token_endpoint,
        described.jwks_uri,
        described.registration_endpoint,
        _as_address(issuer, described.authorization_server or issuer),
    )
    if not all(may_speak_for(issuer, address, policy) for address in addresses):
        raise RegistrationRefusedError("address_elsewhere")


def _is_over_http(described: OpenIdConfiguration) -> bool:
    """Whether any of its addresses is: most often its server does not know that https stands before it."""
    given = (
        described.issuer,
        described.authorization_endpoint,
        described.token_endpoint,
        described.jwks_uri,
        described.registration_endpoint,
    )
    return any(urlsplit(address).scheme == "http" for address in given)


def _as_address(issuer: str, server: str) -> str:
    return server if "://" in server else f"{urlsplit(issuer).scheme}://{server}"


def _check_abilities(described: OpenIdConfiguration) -> None:
    required: tuple[tuple[list[str], str], ...] = (
        (described.id_token_signing_alg_values_supported, _ALGORITHM),
        (described.token_endpoint_auth_signing_alg_values_supported, _ALGORITHM),
        (described.token_endpoint_auth_methods_supported, "private_key_jwt"),
        (described.response_types_supported, "id_token"),
    )
    if not all(needed in offered for offered, needed in required):
        raise RegistrationRefusedError("algorithm_unsupported")
    if "LtiResourceLinkRequest" not in {message.type for message in described.platform.messages_supported}:
        raise RegistrationRefusedError("message_unsupported")
