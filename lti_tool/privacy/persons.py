"""Finding a person for export or erasure, and the keyed hash by which an erased one is known again."""

import hashlib
import hmac
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.db import settings_of
from lti_tool.core.errors import ConflictError, NotFoundError
from lti_tool.core.secrets import derive_key
from lti_tool.people.models import Person
from lti_tool.platforms.models import Registration


def find_registration(
    session: Session, *, platform: str | None, registration_id: UUID | None
) -> Registration:
    """By its id or its issuer. Raises NotFoundError, and ConflictError where the issuer has several."""
    wanted = {"id": registration_id} if registration_id else {"issuer": platform}
    found = session.scalars(select(Registration).filter_by(**wanted)).all()
    if not found:
        raise NotFoundError("There is no such platform. `segue platform list` shows them.")
    if len(found) > 1:
        ids = ", ".join(f"{one.id} (client {one.client_id})" for one in found)
        raise ConflictError(f"The platform has several registrations; name one by --registration: {ids}.")
    return found[0]


def find_person(session: Session, registration: Registration, sub: str) -> Person:
    """Raises NotFoundError."""
    found = session.scalars(
        select(Person).filter_by(registration_id=registration.id, sub=sub, erased_at=None)
    ).one_or_none()
    if found is None:
        raise NotFoundError("No data of this person was found there. Use the platform's own id (sub).")
    return found


def tombstone_of(session: Session, registration: Registration, sub: str) -> str:
    """64 hexadecimal digits. Without the secret key nobody can try out whose they are."""
    key = derive_key(settings_of(session).secret_key.get_secret_value(), "tombstones")
    whose = f"{registration.issuer}\n{registration.client_id}\n{sub}"
    return hmac.digest(key, whose.encode(), hashlib.sha256).hex()
