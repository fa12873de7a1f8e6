"""Which record store a registration's statements go to, and with which credentials."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.core.db import settings_of
from lti_tool.core.secrets import derive_key, unseal
from lti_tool.settings import Settings
from xapi.client import RecordStoreClient

LRS_PASSWORD_PLACE = "registration.lrs_password"  # noqa: S105  # names a column

STORE_KEY = """
    coalesce(
        registration.lrs_url || ' ' || registration.lrs_username || ' '
        || coalesce(registration.lrs_version, :default_version),
        :default_store
    )
"""
"""SQL for the key of a registration's store, with `key_parameters`: its address, username and version."""

_PASSWORD = text(
    """
    select lrs_password_sealed from registration
    where lrs_url = :url and lrs_username = :username order by id desc limit 1
    """
)


def own_credential(settings: Settings) -> tuple[str, str]:
    """Our username and password at the built-in record store: derived, so that they are kept nowhere."""
    secret = settings.secret_key.get_secret_value()
    username = derive_key(secret, "username at the built-in record store").hex()[:32]
    return username, derive_key(secret, "password at the built-in record store").hex()


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
    """A client for a store by its key: SEGUE_LRS_URL's, else the built-in one, or some registration's own.

    Where registrations give different passwords for one username there, the newest one's counts.
    """
    settings = settings_of(session)
    if store == key_parameters(session)["default_store"]:
        return RecordStoreClient(*_default(settings), version=settings.lrs_version)
    url, username, version = store.split(" ")
    sealed = session.execute(_PASSWORD, {"url": url, "username": username}).scalar_one()
    password = unseal(sealed, secret=settings.secret_key.get_secret_value(), place=LRS_PASSWORD_PLACE)
    return RecordStoreClient(url, username, password, version=version)


def _default(settings: Settings) -> tuple[str, str, str]:
    if settings.lrs_url and settings.lrs_username and settings.lrs_password:
        return settings.lrs_url, settings.lrs_username, settings.lrs_password.get_secret_value()
    return f"{settings.base_url}/xapi", *own_credential(settings)
