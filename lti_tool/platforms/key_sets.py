"""A platform's public keys: kept in the database, fetched again when a key id is unknown."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.core.outbound import OutboundClient, OutboundError, policy_of
from lti_tool.core.text import is_clean
from lti_tool.platforms.models import NEVER_FETCHED, PlatformKeySet, Registration

log = structlog.get_logger(__name__)

_FRESH = timedelta(hours=12)
_USABLE = timedelta(hours=24)
"""How long kept keys serve while the platform's own address does not answer."""
_ASK_AGAIN = timedelta(minutes=1)
_ASK_AGAIN_FIRST = timedelta(seconds=10)
"""The same, while no keys at all were had: nobody gets in until they are."""
_LARGEST = 256 * 1024
_MOST_KEYS = 50
_RSA_BITS = range(2048, 8193)


class KeySetUnavailableError(Exception):
    """The platform's key set can't be read, and no usable copy is kept."""


class KeyUnknownError(Exception):
    """The platform publishes no key with this id that may sign a launch."""


def find_key(
    sessions: sessionmaker[Session],
    registration: Registration,
    kept: PlatformKeySet | None,
    kid: str,
    *,
    since: datetime | None = None,
) -> RSAPublicKey:
    """The platform's RSA key with this id; `kept` is its key set as the database has it.

    Fetches at most once, and outside any transaction. An unknown id has the set fetched again, at most once
    a minute: platforms rotate keys, and strangers invent ids (reference: lti.md section 2, cases 2, 52, 53).
    One that was asked `since` then (when the request that brings many tokens began) is not asked again.
    """
    known = known_key(kept, kid, since=since)
    if known is not None:
        return known
    with sessions() as session:
        policy = policy_of(settings_of(session))
    try:
        fetched = _checked(OutboundClient(policy).fetch_json(registration.jwks_url, largest=_LARGEST))
    except OutboundError as error:
        log.warning("platform_keys_unavailable", registration=str(registration.id), why=str(error))
        return _kept_key(sessions, registration.id, kid)
    _keep(sessions, registration.id, fetched)
    found = _key_in(fetched, kid)
    if found is None:
        raise KeyUnknownError
    return found


def known_key(kept: PlatformKeySet | None, kid: str, *, since: datetime | None = None) -> RSAPublicKey | None:
    """The key, where what is kept tells for sure; None where the platform is to be asked (`find_key`).

    Where it was asked lately, raises KeyUnknownError for an id that is unknown, and KeySetUnavailableError if
    it did not answer.
    """
    if kept is None:
        return None
    now = clock.now()
    lately = _asked_lately(kept, now, since)
    if not (lately or now - kept.fetched_at < _FRESH):
        return None
    known = _key_in(kept.key_set, kid)
    if known is not None and now - kept.fetched_at < _USABLE:
        return known
    if not lately:
        return None
    raise KeySetUnavailableError if kept.tried_at > kept.fetched_at else KeyUnknownError


def _asked_lately(kept: PlatformKeySet, now: datetime, since: datetime | None) -> bool:
    pause = _ASK_AGAIN_FIRST if kept.fetched_at == NEVER_FETCHED else _ASK_AGAIN
    return now - kept.tried_at < pause or (since is not None and kept.tried_at >= since)


def _kept_key(sessions: sessionmaker[Session], registration_id: UUID, kid: str) -> RSAPublicKey:
    """The platform does not answer: what is kept by now, perhaps by another process, serves for a day."""
    now = clock.now()
    values = {"key_set": {"keys": []}, "fetched_at": NEVER_FETCHED, "tried_at": now}
    with unit_of_work(sessions) as session:
        kept = session.execute(
            insert(PlatformKeySet)
            .values(registration_id=registration_id, **values)
            .on_conflict_do_update(index_elements=["registration_id"], set_={"tried_at": now})
            .returning(PlatformKeySet.key_set, PlatformKeySet.fetched_at)
        ).one()
    known = _key_in(kept.key_set, kid)
    if known is None or now - kept.fetched_at > _USABLE:
        raise KeySetUnavailableError
    return known


def _checked(document: Any) -> dict[str, Any]:
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise OutboundError("not a key set")
    return {"keys": [key for key in keys if isinstance(key, dict) and _can_be_kept(key)]}


def _can_be_kept(key: dict[str, Any]) -> bool:
    """Whether PostgreSQL's JSON can hold it: it has no NUL, no half characters, and no NaN."""
    try:
        written = json.dumps(key, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return is_clean(written) and "\\u0000" not in written


def _key_in(key_set: dict[str, Any], kid: str) -> RSAPublicKey | None:
    """The one RSA signing key with this id; two with one id are none (which is meant can't be known)."""
    matching = [key for key in key_set["keys"] if key.get("kid") == kid]
    if len(matching) != 1 or not _may_sign(matching[0]):
        return None
    try:
        key = PyJWK(matching[0], algorithm="RS256").key
    except (PyJWTError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size in _RSA_BITS else None


def _may_sign(jwk: dict[str, Any]) -> bool:
    return jwk.get("kty") == "RSA" and jwk.get("use", "sig") == "sig" and jwk.get("alg", "RS256") == "RS256"


def _keep(sessions: sessionmaker[Session], registration_id: UUID, key_set: dict[str, Any]) -> None:
    now = clock.now()
    values = {"key_set": key_set, "fetched_at": now, "tried_at": now}
    with unit_of_work(sessions) as session:
        session.execute(
            insert(PlatformKeySet)
            .values(registration_id=registration_id, **values)
            .on_conflict_do_update(index_elements=["registration_id"], set_=values)
        )
