"""The strict check of a notice: who sent it, whether it is for us, and that it is of now.

It is the check of a launch (launch/guard.py), but for what binds a launch to a login and a person.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import jwt
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import without_transaction
from lti_tool.core.text import is_clean
from lti_tool.launch.errors import LaunchRefusedError
from lti_tool.launch.guard import key_id, signed_claims
from lti_tool.notices.errors import NoticeRefusedError
from lti_tool.platforms.key_sets import KeySetUnavailableError, KeyUnknownError, find_key
from lti_tool.platforms.models import PlatformKeySet, Registration

_MOST_AUDIENCES = 10


def verified_notice(
    sessions: sessionmaker[Session], token: str, *, since: datetime
) -> tuple[UUID, dict[str, Any]]:
    """The registration that a notice comes from, and its claims. Raises NoticeRefusedError.

    May fetch the platform's keys, at most once `since` the request began, and outside any transaction.
    """
    try:
        kid = key_id(token)
        sender, key_set = _sender(sessions, token)
        key = find_key(sessions, sender, key_set, kid, since=since)
        claims = signed_claims(token, key, issuer=sender.issuer, client_id=sender.client_id)
    except LaunchRefusedError as error:
        status = 400 if error.code == "token_malformed" else 401
        raise NoticeRefusedError(error.code, status=status, fault=error.fault) from None
    except KeyUnknownError:
        raise NoticeRefusedError("kid_unknown", status=401) from None
    except KeySetUnavailableError:
        raise NoticeRefusedError("platform_keys_unavailable", status=503) from None
    return sender.id, claims


def _sender(sessions: sessionmaker[Session], token: str) -> tuple[Registration, PlatformKeySet | None]:
    """Whose key is to be asked for, and its keys as kept. Nothing in the token is believed yet."""
    said = _unverified(token)
    issuer, audience, azp = said.get("iss"), said.get("aud"), said.get("azp")
    clients = [azp] if azp is not None else audience if isinstance(audience, list) else [audience]
    named = isinstance(issuer, str) and is_clean(issuer) and len(clients) <= _MOST_AUDIENCES
    if not named or not all(isinstance(client, str) and is_clean(client) for client in clients):
        raise NoticeRefusedError("token_malformed")
    with without_transaction(sessions) as session:
        found = session.execute(
            select(Registration, PlatformKeySet)
            .outerjoin(PlatformKeySet, PlatformKeySet.registration_id == Registration.id)
            .where(Registration.issuer == issuer, Registration.client_id.in_(clients), Registration.active)
            .limit(2)
        ).all()
    if len(found) != 1:
        raise NoticeRefusedError("registration_unknown", status=401)
    registration, key_set = found[0]
    return registration, key_set


def _unverified(token: str) -> dict[str, Any]:
    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise NoticeRefusedError("token_malformed") from None
