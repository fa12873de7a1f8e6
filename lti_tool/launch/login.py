"""Third-party initiated login: from the platform's request to our request for a token.

1EdTech Security Framework 1.1 section 5.1.1.1; OpenID Connect Core 1.0 section 4.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.db import insert_row, settings_of
from lti_tool.core.secrets import digest
from lti_tool.core.text import is_clean
from lti_tool.launch.errors import Advice, Fault, LaunchRefusedError, Rule, refusals_of
from lti_tool.launch.models import LaunchAttempt
from lti_tool.launch.origins import embedders_of
from lti_tool.launch.proof import PlatformStorage, storage_of, storage_target
from lti_tool.platforms.lms import habits_of
from lti_tool.platforms.models import Registration, RegistrationState

ATTEMPT_LIFE = timedelta(minutes=10)
_LONGEST = 4096
_READ_IN_TWO_WAYS = frozenset("\\\t\r\n")
"""Browsers take a backslash for a slash, and parsers drop the others in silence."""
_OF_ISSUER = select(Registration).where(Registration.issuer == bindparam("issuer")).limit(2)
_OF_CLIENT = _OF_ISSUER.where(Registration.client_id == bindparam("client_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """What the platform sends to start; empty strings for what it leaves out."""

    iss: str
    login_hint: str
    target_link_uri: str
    client_id: str
    lti_deployment_id: str
    lti_message_hint: str
    lti_storage_target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStarted:
    """Where the browser goes next, and the secret it proves itself with when it comes back."""

    authorization_url: str
    state: str
    browser_secret: str
    storage: PlatformStorage | None
    embedders: list[str]


def start_login(session: Session, request: LoginRequest) -> LoginStarted:
    """Bind state, nonce, registration, browser and target together in one attempt, usable once."""
    _check(request, settings_of(session).base_url)
    registration = _registration_of(session, request)
    # Not every platform that keeps data for tools says in which frame (platforms/blackboard.py).
    frame = request.lti_storage_target or habits_of(registration.issuer).storage_frame or ""
    state, nonce, browser_secret = (secrets.token_urlsafe(32) for _ in range(3))
    insert_row(
        session,
        LaunchAttempt,
        state_digest=digest(state),
        nonce=nonce,
        browser_digest=digest(browser_secret),
        registration_id=registration.id,
        deployment_hint=request.lti_deployment_id or None,
        target_link_uri=request.target_link_uri,
        storage_target=storage_target(frame),
        expires_at=clock.now() + ATTEMPT_LIFE,
    )
    parameters = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": registration.client_id,
        "redirect_uri": f"{settings_of(session).base_url}/lti/launch",
        "login_hint": request.login_hint,
        "state": state,
        "nonce": nonce,
    }
    if request.lti_message_hint:
        parameters["lti_message_hint"] = request.lti_message_hint
    joint = "&" if "?" in registration.auth_login_url else "?"
    return LoginStarted(
        authorization_url=f"{registration.auth_login_url}{joint}{urlencode(parameters)}",
        state=state,
        browser_secret=browser_secret,
        storage=storage_of(registration, storage_target(frame)),
        embedders=embedders_of(registration),
    )


def _check(request: LoginRequest, base_url: str) -> None:
    for name, value in asdict(request).items():
        if len(value) > _LONGEST:
            raise LaunchRefusedError("login_parameter_malformed", fault=Fault(name, Rule.TOO_LONG))
        if not is_clean(value):
            raise LaunchRefusedError("login_parameter_malformed", fault=Fault(name, Rule.CONTROL_CHARACTERS))
    for name in ("iss", "login_hint", "target_link_uri"):
        if not getattr(request, name):
            raise LaunchRefusedError(f"login_without_{name}")
    if not _is_ours(request.target_link_uri, base_url):
        raise LaunchRefusedError("target_not_ours")


def _is_ours(target: str, base_url: str) -> bool:
    """Whether the target is a page of this tool: the parsed origin is compared, never a prefix."""
    try:
        target_parts, base = urlsplit(target), urlsplit(base_url)
        same_place = (target_parts.scheme, target_parts.netloc) == (base.scheme, base.netloc)
    except ValueError:
        return False
    return same_place and _READ_IN_TWO_WAYS.isdisjoint(target)


def _registration_of(session: Session, request: LoginRequest) -> Registration:
    """The registration meant; without a client_id the issuer must have exactly one."""
    query = _OF_CLIENT if request.client_id else _OF_ISSUER
    found = session.scalars(query, {"issuer": request.iss, "client_id": request.client_id}).all()
    if not found:
        raise LaunchRefusedError("registration_unknown")
    if len(found) > 1:
        raise LaunchRefusedError("client_id_needed")
    refuse_unless_active(found[0])
    return found[0]


def refuse_unless_active(registration: Registration) -> None:
    """Raises LaunchRefusedError for a registration that is disabled, or waits for approval."""
    with refusals_of(registration.id):
        if registration.state is RegistrationState.PENDING:
            raise LaunchRefusedError("registration_pending", Advice.APPROVAL)
        if not registration.active:
            raise LaunchRefusedError("registration_inactive")
