"""The strict check of an id_token, in front of what the library would let through.

Sources: 1EdTech Security Framework 1.1 sections 5.1.1 to 5.1.3; reference: lti.md sections 2 and 4.
"""

import binascii
import hmac
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lti_tool.core import clock
from lti_tool.launch.errors import Advice, Fault, LaunchRefusedError, Rule

ALGORITHM = "RS256"
_LEEWAY = timedelta(seconds=60)
_OLDEST = timedelta(minutes=10)
_LONGEST_LIFE = timedelta(hours=1)
_LARGEST_TOKEN = 64 * 1024
_LONGEST_KID = 255
_COMPACT = re.compile(r"\A([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*\Z")
"""Three parts in base64url without padding (RFC 7515, sections 2 and 7.1). Python's decoder takes more."""
_REQUIRED = ("iss", "aud", "exp", "iat")


def key_id(id_token: str) -> str:
    """The id of the key that is said to have signed. Reads the header alone, and trusts none of it."""
    _check_form(id_token)
    try:
        header = jwt.get_unverified_header(id_token.partition(".")[0] + "..")
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise LaunchRefusedError("token_malformed") from None
    if header.get("alg") != ALGORITHM:
        raise LaunchRefusedError("algorithm_not_allowed")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _LONGEST_KID:
        raise LaunchRefusedError("kid_missing")
    return kid


def _check_form(token: str) -> None:
    """That no other reader of this token could see another one in it (RFC 7515, section 5.2)."""
    parts = _COMPACT.fullmatch(token) if len(token) <= _LARGEST_TOKEN else None
    if parts is None or not all(_is_utf8(part) for part in parts.groups()):
        raise LaunchRefusedError("token_malformed")


def _is_utf8(part: str) -> bool:
    """Header and claims are JSON in UTF-8, without a mark at the start; Python's JSON also reads UTF-16."""
    try:
        text = urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return "\0" not in text and not text.startswith("\ufeff")


def verified_claims(
    id_token: str, key: RSAPublicKey, *, issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """The claims of a token that this platform made, for us, now, in answer to this login."""
    claims = signed_claims(id_token, key, issuer=issuer, client_id=client_id, also_required=("sub", "nonce"))
    given = claims["nonce"]
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(errors="replace"), nonce.encode()):
        raise LaunchRefusedError("nonce_mismatch", Advice.AGAIN)
    return claims


def signed_claims(
    token: str, key: RSAPublicKey, *, issuer: str, client_id: str, also_required: Iterable[str] = ()
) -> dict[str, Any]:
    """The claims of a token that this platform made, for us, now; whatever it is for."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=client_id,
            issuer=issuer,
            leeway=_LEEWAY,
            # What is optional and means nothing to us is no reason to refuse (reading.py).
            options={"require": [*_REQUIRED, *also_required], "verify_jti": False, "verify_sub": False},
        )
    except jwt.PyJWTError as error:
        raise _refusal(error) from None
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise LaunchRefusedError("token_malformed") from None
    _check_authorized_party(claims, client_id)
    _check_times(claims)
    return claims


def _refusal(error: jwt.PyJWTError) -> LaunchRefusedError:
    codes: dict[type[jwt.PyJWTError], tuple[str, Advice]] = {
        jwt.ExpiredSignatureError: ("token_expired", Advice.AGAIN),
        jwt.ImmatureSignatureError: ("token_from_the_future", Advice.ADMINISTRATOR),
        jwt.InvalidSignatureError: ("signature_wrong", Advice.ADMINISTRATOR),
        jwt.InvalidAudienceError: ("audience_wrong", Advice.ADMINISTRATOR),
        jwt.InvalidIssuerError: ("issuer_wrong", Advice.ADMINISTRATOR),
        jwt.MissingRequiredClaimError: ("claim_missing", Advice.ADMINISTRATOR),
    }
    code, advice = codes.get(type(error), ("token_malformed", Advice.ADMINISTRATOR))
    return LaunchRefusedError(code, advice, fault=_fault(error))


def _fault(error: jwt.PyJWTError) -> Fault | None:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return Fault(error.claim, Rule.MISSING)
    if isinstance(error, jwt.InvalidIssuedAtError):
        return Fault("iat", Rule.NOT_A_NUMBER)
    return None


def _check_authorized_party(claims: dict[str, Any], client_id: str) -> None:
    """OpenID Connect Core 3.1.3.7, rules 4 and 5: several audiences need an azp, and azp must be us."""
    azp = claims.get("azp")
    if azp is None and isinstance(claims["aud"], list) and len(claims["aud"]) > 1:
        raise LaunchRefusedError("azp_missing")
    if azp is not None and azp != client_id:
        raise LaunchRefusedError("azp_wrong")


def _check_times(claims: dict[str, Any]) -> None:
    issued, expires = claims["iat"], claims["exp"]
    if (
        isinstance(issued, bool)
        or not isinstance(issued, int | float)
        or not isinstance(expires, int | float)
    ):
        raise LaunchRefusedError("token_malformed")
    if clock.now().timestamp() - issued > (_OLDEST + _LEEWAY).total_seconds():
        raise LaunchRefusedError("token_too_old", Advice.AGAIN)
    if expires - issued > _LONGEST_LIFE.total_seconds():
        raise LaunchRefusedError("token_lives_too_long")
