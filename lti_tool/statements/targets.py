"""Which record store a registration's statements go to, and with which credentials."""

import hashlib
import hmac
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.core.db import settings_of
from lti_tool.core.secrets import derive_key, seal, unseal
from lti_tool.settings import Settings
from xapi.client import RecordStoreClient

LRS_PASSWORD_PLACE = "registration.lrs_password"  # noqa: S105  # names a column

STORE_KEY = """
    coalesce(
        registration.lrs_url || ' ' || registration.lrs_username || ' '
        || coalesce(registration.lrs_version, :default_version) || ' '
        || coalesce(registration.lrs_password_digest, cast(registration.id as text)),
        :default_store
    )
"""
"""SQL for the key of a registration's store, with `key_parameters`: its address, username and version.

And its password, by a keyed digest: one that was mistyped is refused by itself, and not for all. The release
before kept none, so what it registered has a store for each registration.
"""

_OWN = text(
    f"""
    select lrs_url, lrs_username, lrs_password_sealed, coalesce(lrs_version, :default_version) as version
    from registration where {STORE_KEY} = :store limit 1
    """  # noqa: S608  # parts of our own
)


def own_credential(settings: Settings) -> tuple[str, str]:
    """Our username and password at the built-in record store: derived, so that they are kept nowhere."""
    secret = settings.secret_key.get_secret_value()
    username = derive_key(secret, "username at the built-in record store").hex()[:32]
    return username, derive_key(secret, "password at the built-in record store").hex()


def no_store_columns() -> dict[str, None]:
    """Of a registration that has the default one."""
    return dict.fromkeys(["lrs_url", "lrs_username", "lrs_password_sealed", "lrs_password_digest"])


def own_store_columns(settings: Settings, *, url: str, username: str, password: str) -> dict[str, str]:
    """Of a registration that has a record store of its own: where it is, and how it lets us in."""
    secret = settings.secret_key.get_secret_value()
    key = derive_key(secret, f"digest of {LRS_PASSWORD_PLACE}")
    whole = f"{url}\n{username}\n{password}".encode()
    return {
        "lrs_url": url,
        "lrs_username": username,
        "lrs_password_sealed": seal(password, secret=secret, place=LRS_PASSWORD_PLACE),
        "lrs_password_digest": hmac.new(key, whole, hashlib.sha256).hexdigest()[:32],
    }


def key_parameters(session: Session) -> dict[str, Any]:
    settings = settings_of(session)
    url, username, _ = _default(settings)
    return {
        "default_version": settings.lrs_version,
        "default_store": f"{url} {username} {settings.lrs_version}",
    }


def address_of(store: str) -> str:
    """The address in a store's key."""
    return store.partition(" ")[0]


def client_for(session: Session, store: str) -> RecordStoreClient:
    """A client for a store by its key: SEGUE_LRS_URL's, else the built-in one, or some registration's own."""
    settings, parameters = settings_of(session), key_parameters(session)
    if store == parameters["default_store"]:
        return RecordStoreClient(*_default(settings), version=settings.lrs_version)
    own = session.execute(_OWN, {**parameters, "store": store}).one()
    secret = settings.secret_key.get_secret_value()
    password = unseal(own.lrs_password_sealed, secret=secret, place=LRS_PASSWORD_PLACE)
    return RecordStoreClient(own.lrs_url, own.lrs_username, password, version=own.version)


def _default(settings: Settings) -> tuple[str, str, str]:
    if settings.lrs_url and settings.lrs_username and settings.lrs_password:
        return settings.lrs_url, settings.lrs_username, settings.lrs_password.get_secret_value()
    return f"{settings.base_url}/xapi", *own_credential(settings)
