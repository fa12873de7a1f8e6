"""The browser's proof: a launch is let in only by the browser that logged in, cookie or no cookie.

The browser keeps a secret from login on: in a cookie, in its web storage, and in the platform's storage where
that is offered (1EdTech LTI Client Side postMessages 0.1, LTI postMessage Storage 0.1). A launch that comes
without the cookie is held until the page's script has found the secret elsewhere.
"""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.db import settings_of
from lti_tool.core.errors import SettingsError
from lti_tool.core.secrets import digest, matches, seal, unseal
from lti_tool.launch.errors import Advice, LaunchRefusedError
from lti_tool.launch.models import LaunchPending
from lti_tool.launch.origins import origin_of
from lti_tool.platforms.models import Registration

PENDING_LIFE = timedelta(minutes=2)
STATE_SHOWN = 8
_FRAME_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PLACE = "launch_pending.claims_sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformStorage:
    """The platform's offer to keep something small for us."""

    target: str
    """The name of the frame that answers, or `_parent`."""
    origin: str
    """The only origin that we tell and believe: that of the registered authorization address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofNeeded:
    """A verified launch that is held for two minutes."""

    pending_id: str
    storage: PlatformStorage | None
    embedders: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLaunch:
    """The same, proven: what there is to let in."""

    registration: Registration
    claims: dict[str, Any]


def storage_key(state: str) -> str:
    """The name that the secret is kept under. Short: Canvas counts characters (4096 for a tool)."""
    return f"lti.v.{state[:STATE_SHOWN]}"


def storage_target(given: str) -> str | None:
    """The frame's name, where it is one. What is none is no reason to refuse a launch."""
    return given if _FRAME_NAME.fullmatch(given) else None


def storage_of(registration: Registration, target: str | None) -> PlatformStorage | None:
    origin = origin_of(registration.auth_login_url)
    return PlatformStorage(target=target, origin=origin) if target and origin else None


def hold_launch(
    session: Session,
    *,
    browser_digest: str,
    registration_id: UUID,
    deployment_id: UUID,
    claims: dict[str, Any],
) -> str:
    """Keep verified claims, sealed, until the browser has proven itself; gives the pending launch's id."""
    pending_id = secrets.token_urlsafe(32)
    secret = settings_of(session).secret_key.get_secret_value()
    session.add(
        LaunchPending(
            id_digest=digest(pending_id),
            browser_digest=browser_digest,
            registration_id=registration_id,
            deployment_id=deployment_id,
            claims_sealed=seal(json.dumps(claims), secret=secret, place=_PLACE),
            expires_at=clock.now() + PENDING_LIFE,
        )
    )
    return pending_id


def take_launch(session: Session, *, pending_id: str, browser_secret: str) -> HeldLaunch:
    """The launch that this secret proves, once. What is refused uses nothing up."""
    pending = session.get(LaunchPending, digest(pending_id))
    if pending is None or pending.expires_at <= clock.now():
        raise LaunchRefusedError("pending_unknown", Advice.AGAIN)
    if not matches(browser_secret, pending.browser_digest):
        raise LaunchRefusedError("browser_differs", Advice.AGAIN)
    registration = session.get_one(Registration, pending.registration_id)
    if not registration.active:
        raise LaunchRefusedError("registration_inactive")
    taken = delete(LaunchPending).filter_by(id_digest=pending.id_digest).returning(LaunchPending.id_digest)
    if session.execute(taken).one_or_none() is None:
        raise LaunchRefusedError("pending_unknown", Advice.AGAIN)
    return HeldLaunch(
        registration=registration,
        claims=_unsealed(session, pending.claims_sealed),
    )


def _unsealed(session: Session, sealed: str) -> dict[str, Any]:
    secret = settings_of(session).secret_key.get_secret_value()
    try:
        claims: dict[str, Any] = json.loads(unseal(sealed, secret=secret, place=_PLACE))
    except SettingsError:  # the secret key was changed within these two minutes
        raise LaunchRefusedError("pending_unknown", Advice.AGAIN) from None
    return claims
