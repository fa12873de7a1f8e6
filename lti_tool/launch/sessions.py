"""Sessions: each belongs to one launch, and dies with idleness, age or its registration."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.core.secrets import matches
from lti_tool.courses.models import Course, Placement
from lti_tool.launch.models import Launch
from lti_tool.people.models import Person
from lti_tool.platforms.models import Deployment, Registration

LIFE = timedelta(hours=12)
_IDLE = timedelta(hours=2)
_SEEN_EVERY = timedelta(minutes=5)


def find_actor(session: Session, *, launch_id: UUID, secret: str) -> Actor | None:
    """The one whose launch this is, if the secret is right and the session still lives. One query.

    When it was last used is noted every five minutes at most: reading a page seldom writes.
    """
    row = session.execute(
        select(Launch, Person, Course, Placement, Deployment.deployment_id, Registration)
        .join(Person, Person.id == Launch.person_id)
        .join(Course, Course.id == Launch.course_id)
        .join(Placement, Placement.id == Launch.placement_id)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .where(Launch.id == launch_id)
    ).one_or_none()
    if row is None:
        return None
    launch, person, course, placement, deployment, registration = row
    now = clock.now()
    alive = launch.expires_at > now and launch.seen_at > now - _IDLE and registration.active
    if not alive or not matches(secret, launch.secret_digest):
        return None
    if launch.seen_at < now - _SEEN_EVERY:
        session.execute(update(Launch).where(Launch.id == launch.id).values(seen_at=now))
    return Actor(
        launch_id=launch.id,
        registration_id=registration.id,
        issuer=registration.issuer,
        deployment=deployment,
        platform_name=launch.platform_name,
        person_id=person.id,
        sub=person.sub,
        name=person.name,
        role=Role(launch.role),
        course_id=course.id,
        course_title=course.title,
        context_id=course.context_id,
        placement_id=placement.id,
        placement_title=placement.title,
        locale=launch.locale,
        embedders=tuple(launch.embedders),
        is_test=launch.is_test,
        copy_is_open=placement.copy_is_open,
    )
