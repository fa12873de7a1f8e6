"""Through which platform a message comes in, and what is known already of what it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from lti_tool.core.db import Base
from lti_tool.courses.models import Course, Placement
from lti_tool.launch.claims import LaunchClaims, MessageClaims, ResourceLink, SubmissionReviewClaims
from lti_tool.launch.errors import DeploymentPendingError
from lti_tool.people.models import Person, RosterSync
from lti_tool.platforms.models import Deployment, Registration, RegistrationHealth

_its_person = and_(Person.registration_id == Deployment.registration_id, Person.sub == bindparam("sub"))
_its_course = and_(Course.deployment_id == Deployment.id, Course.context_id == bindparam("context_id"))
_its_placement = and_(
    Placement.course_id == Course.id, Placement.resource_link_id == bindparam("resource_link_id")
)
_KNOWN = (
    select(Deployment, RegistrationHealth, Person, Course, RosterSync, Placement)
    .outerjoin(RegistrationHealth, RegistrationHealth.registration_id == Deployment.registration_id)
    .outerjoin(Person, _its_person)
    .outerjoin(Course, _its_course)
    .outerjoin(RosterSync, RosterSync.course_id == Course.id)
    .outerjoin(Placement, _its_placement)
    .where(Deployment.registration_id == bindparam("registration_id"))
    .where(Deployment.deployment_id == bindparam("deployment_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """One message's way in, within one transaction."""

    session: Session
    registration: Registration
    deployment: Deployment
    known: Sequence[Base | None]
    """Held, so that the session keeps them, and `find_one` needs no query of its own."""


def find_entrance(session: Session, *, registration: Registration, message: MessageClaims) -> Entrance:
    """By one query, with everything that the message names. Raises DeploymentPendingError unless approved."""
    link = _link_of(message)
    row = session.execute(
        _KNOWN,
        {
            "registration_id": registration.id,
            "deployment_id": message.deployment_id,
            "sub": message.sub,
            "context_id": context_id_of(message),
            "resource_link_id": link.id if link else None,
        },
    ).one_or_none()
    if row is None or row.Deployment.approved_at is None:
        raise DeploymentPendingError(message.deployment_id)
    return Entrance(session=session, registration=registration, deployment=row.Deployment, known=row)


def context_id_of(message: MessageClaims) -> str | None:
    """The platform's own id of the course; None for a message that belongs to none.

    A link outside any course is a space of its own (context is optional, LTI Core 1.3 section 5.4.1).
    """
    if message.context:
        return message.context.id
    link = _link_of(message)
    return f"resource-link:{link.id}" if link else None


def _link_of(message: MessageClaims) -> ResourceLink | None:
    return message.resource_link if isinstance(message, LaunchClaims | SubmissionReviewClaims) else None
