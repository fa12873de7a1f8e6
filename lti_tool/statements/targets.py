"""Which record store a registration's statements go to, and with which credentials."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.core.db import settings_of
from lti_tool.core.secrets import derive_key, unseal
from lti_tool.settings import Settings
from xapi.client import RecordStoreClient

LRS_PASSWORD_PLACE = "registration.lrs_password"  # noqa: S105  # names a column


def own_credential(settings: Settings) -> tuple[str, str]:
    """Our username and password at the built-in record store: derived, so that they are kept nowhere."""
    secret = settings.secret_key.get_secret_value()
    username = derive_key(secret, "username at the built-in record store").hex()[:32]
    return username, derive_key(secret, "password at the built-in record store").hex()


def client_for(session: Session, registration_id: UUID) -> RecordStoreClient:
    """A client for the registration's own record store, else SEGUE_LRS_URL's, else the built-in one."""
    settings = settings_of(session)
    own = session.execute(
        text("select lrs_url, lrs_username, lrs_password_sealed from registration where id = :id"),
        {"id": registration_id},
    ).one()
    if own.lrs_url:
        password = unseal(
            own.lrs_password_sealed, secret=settings.secret_key.get_secret_value(), place=LRS_PASSWORD_PLACE
        )
        return RecordStoreClient(own.lrs_url, own.lrs_username, password, version=settings.lrs_version)
    if settings.lrs_url and settings.lrs_username and settings.lrs_password:
        return RecordStoreClient(
            settings.lrs_url,
            settings.lrs_username,
            settings.lrs_password.get_secret_value(),
            version=settings.lrs_version,
        )
    return RecordStoreClient(
        f"{settings.base_url}/xapi", *own_credential(settings), version=settings.lrs_version
    )
