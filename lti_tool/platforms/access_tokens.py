"""Access tokens of platforms: asked for with a signed assertion, kept sealed until shortly before they end.

1EdTech Security Framework 1.1 section 4.1 (client credentials with a JWT, RFC 7523).
"""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from weakref import WeakValueDictionary

import jwt
from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock, ids
from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.core.outbound import Answer, OutboundClient, OutboundError, policy_of
from lti_tool.core.secrets import seal, unseal
from lti_tool.platforms.answers import check_status
from lti_tool.platforms.errors import ServiceRefusedError, ServiceUnavailableError
from lti_tool.platforms.models import AccessToken, Registration
from lti_tool.platforms.tool_keys import signing_key

_PLACE = "access_token.token_sealed"
_ASSERTION_LIFE = timedelta(minutes=5)
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MARGIN = timedelta(seconds=60)
"""A token is not used in its last minute: it may end on its way."""
_ASSUMED_LIFE = timedelta(minutes=5)
_LONGEST_LIFE = timedelta(hours=1)
_LARGEST = 64 * 1024
_TOKEN = re.compile(r"[!-~]{1,8192}")
"""What can stand in a header; platforms take more than RFC 6750 section 2.1 allows them."""
_KNOWN_ERRORS = {"invalid_request", "invalid_client", "invalid_scope", "unauthorized_client"}

_asking: WeakValueDictionary[tuple[UUID, str], "threading.Lock"] = WeakValueDictionary()
_asking_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a request for a token needs, read in one transaction."""

    url: str
    form: Mapping[str, str]


def access_token(
    sessions: sessionmaker[Session],
    registration_id: UUID,
    scopes: Sequence[str],
    *,
    refused: str | None = None,
) -> str:
    """A token for exactly these scopes, from what is kept or from the platform.

    `refused` is one that a service did not take: it is not given again. Callers of this process who want
    the same token wait for one request; other processes may ask beside them, which harms nothing.
    Never call it inside a transaction. Raises ServiceUnavailableError and ServiceRefusedError.
    """
    wanted = " ".join(sorted(set(scopes)))
    with _lock_of(registration_id, wanted):
        with unit_of_work(sessions) as session:
            found = _kept_or_ask(session, registration_id, wanted, refused)
            outbound = OutboundClient(policy_of(settings_of(session)))
        if isinstance(found, str):
            return found
        token, ends = _asked(outbound, found)
        with unit_of_work(sessions) as session:
            _keep(session, registration_id, wanted, token, ends)
        return token


def _lock_of(registration_id: UUID, scopes: str) -> threading.Lock:
    with _asking_guard:
        lock = _asking.get((registration_id, scopes))
        if lock is None:
            lock = _asking[registration_id, scopes] = threading.Lock()
        return lock


def _kept_or_ask(session: Session, registration_id: UUID, scopes: str, refused: str | None) -> str | _Ask:
    registration, kept = session.execute(
        select(Registration, AccessToken)
        .outerjoin(
            AccessToken, and_(AccessToken.registration_id == Registration.id, AccessToken.scopes == scopes)
        )
        .where(Registration.id == registration_id)
    ).one()
    if not registration.active:
        raise ServiceRefusedError(None, "registration_inactive")
    if kept is not None and kept.expires_at - _MARGIN > clock.now():
        token = unseal(
            kept.token_sealed, secret=settings_of(session).secret_key.get_secret_value(), place=_PLACE
        )
        if token != refused:
            return token
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": _ASSERTION_TYPE,
        "client_assertion": _assertion(session, registration),
        "scope": scopes,
    }
    return _Ask(registration.auth_token_url, form)


def _assertion(session: Session, registration: Registration) -> str:
    """Who we are, signed (RFC 7523 section 3). Some platforms go by another audience than the address."""
    key, now = signing_key(session), clock.now()
    claims = {
        "iss": registration.client_id,
        "sub": registration.client_id,
        "aud": registration.auth_audience or registration.auth_token_url,
        "iat": int(now.timestamp()),
        "exp": int((now + _ASSERTION_LIFE).timestamp()),
        "jti": str(ids.new_random_id()),
    }
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})


def _asked(outbound: OutboundClient, ask: _Ask) -> tuple[str, datetime]:
    """The platform's token, and when it ends."""
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    asked_at = clock.now()
    try:
        answer = outbound.request(
            "POST", ask.url, largest=_LARGEST, headers=headers, body=urlencode(ask.form).encode()
        )
    except OutboundError as error:
        raise ServiceUnavailableError(f"token_{_code(str(error))}") from None
    document = _document(answer)
    if answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        why = document.get("error")
        known = isinstance(why, str) and why in _KNOWN_ERRORS
        raise ServiceRefusedError(answer.status, f"token_{why if known else 'refused'}")
    check_status(answer)
    token, kind = document.get("access_token"), document.get("token_type", "bearer")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or str(kind).lower() != "bearer":
        raise ServiceUnavailableError("token_unreadable")
    return token, asked_at + _life(document.get("expires_in"))


def _document(answer: Answer) -> dict[str, Any]:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _life(given: object) -> timedelta:
    """How long a token is good; some platforms write the seconds as text, and some nothing."""
    try:
        seconds = float(given) if isinstance(given, int | float | str) else _ASSUMED_LIFE.total_seconds()
        return min(max(timedelta(seconds=seconds), timedelta(0)), _LONGEST_LIFE)
    except (ValueError, OverflowError):
        return _ASSUMED_LIFE


def _code(reason: str) -> str:
    return reason.lower().replace(" ", "_")


def _keep(session: Session, registration_id: UUID, scopes: str, token: str, ends: datetime) -> None:
    secret = settings_of(session).secret_key.get_secret_value()
    new = insert(AccessToken).values(
        registration_id=registration_id,
        scopes=scopes,
        token_sealed=seal(token, secret=secret, place=_PLACE),
        expires_at=ends,
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=["registration_id", "scopes"],
            set_={"token_sealed": new.excluded.token_sealed, "expires_at": new.excluded.expires_at},
        )
    )
