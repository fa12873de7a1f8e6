"""Sessions: each belongs to one launch, and dies with idleness, age or its registration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, case, func, insert, or_, select, update
from sqlalchemy.orm import Bundle, Session

from lti_tool.core import clock
from lti_tool.core.actor import ActivityHere, Actor, Role
from lti_tool.core.languages import spoken, tag_of
from lti_tool.core.secrets import matches
from lti_tool.core.visit import Visit
from lti_tool.courses.models import Course, Placement
from lti_tool.courses.shapes import shape_of
from lti_tool.launch.models import Launch, LaunchKind
from lti_tool.people.models import Membership, Person
from lti_tool.people.naming import called
from lti_tool.platforms.models import Deployment, Registration, naming_of

LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)
_SEEN_EVERY = timedelta(minutes=5)
_LAUNCH = cast("Table", Launch.__table__)
# Names of their own: SQLAlchemy would set every column that a parameter is named after, in the update too.
_new = {column.name: bindparam(f"new_{column.name}", type_=column.type) for column in _LAUNCH.c}
_taken_over = (
    update(_LAUNCH)
    .where(_LAUNCH.c.person_id == _new["person_id"], _LAUNCH.c.course_id == _new["course_id"])
    .where(_LAUNCH.c.role != _new["role"], _LAUNCH.c.expires_at > _new["created_at"])
    .values(role=_new["role"])
    .cte("taken_over")
)
_OF_LAUNCH = (
    "id", "secret_digest", "seen_at", "expires_at", "platform_name", "role", "locale", "embedders", "is_test",
)  # fmt: skip
_OF_REGISTRATION = (
    "id", "issuer", "active", "actor_mode", "actor_home_page", "sends_text", "lrs_url", "lrs_version",
)  # fmt: skip
_LAUNCHED: Select[*tuple[Any, ...]] = (
    select(
        Bundle("launch", *(getattr(Launch, name) for name in _OF_LAUNCH)),
        Bundle("person", Person.id, Person.sub, called().label("name")),
        Bundle("course", Course.id, Course.title, Course.context_id),
        # The whole row, which services read in the same request.
        Placement,
        Deployment.deployment_id,
        Bundle("registration", *(getattr(Registration, name) for name in _OF_REGISTRATION)),
        # Of a person who is no member any more, nothing more is told under the registration that they had.
        func.coalesce(Membership.xapi_registration, func.gen_random_uuid()),
    )
    .join(Person, Person.id == Launch.person_id)
    .join(Course, Course.id == Launch.course_id)
    .outerjoin(Membership, (Membership.course_id == Course.id) & (Membership.person_id == Person.id))
    .join(Placement, Placement.id == Launch.placement_id)
    .join(Deployment, Deployment.id == Course.deployment_id)
    .join(Registration, Registration.id == Deployment.registration_id)
    .where(Launch.id == bindparam("launch_id"))
)
"""Who it is that asks for a page, and where: of what is long or secret, nothing that no page needs."""
_OPEN = insert(_LAUNCH).values(_new).add_cte(_taken_over)


def find_actor(session: Session, *, launch_id: UUID, secret: str) -> Actor | None:
    """The one whose launch this is, if the secret is right and the session still lives. One query.

    When it was last used is noted every five minutes at most: reading a page seldom writes.
    """
    return _find(session, launch_id, lambda launch: matches(secret, launch.secret_digest))


def find_signed_actor(session: Session, *, launch_id: UUID) -> Actor | None:
    """The same for a request whose address bears our own valid signature, and no secret. One query."""
    return _find(session, launch_id, lambda _launch: True)


def find_way_back(session: Session, *, launch_id: UUID, secret: str) -> tuple[bool, str | None]:
    """Whether this is the secret of a session that is over; then its course's page, if known. One query."""
    launch = session.get(Launch, launch_id)
    if launch is None or not matches(secret, launch.secret_digest):
        return False, None
    return True, launch.return_url


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a browser has to know of a launch's pages before it has any of them."""

    embedders: list[str]
    """The origins that may frame them."""
    answer_url: str | None
    """Where deep linking's answer is sent by a form; none for other launches."""
    is_over: bool
    """Whether the session has ended, whoever asks."""


def find_surroundings(session: Session, *, launch_id: UUID) -> Surroundings | None:
    """Of this launch; none where it is unknown. One query."""
    answer_url = case((Launch.kind == LaunchKind.DEEP_LINKING, Launch.details["return_url"].astext))
    now = clock.now()
    is_over = or_(Launch.expires_at <= now, Launch.seen_at <= now - IDLE)
    row = session.execute(
        select(Launch.embedders, answer_url, is_over).where(Launch.id == launch_id)
    ).one_or_none()
    return Surroundings(*row) if row else None


def open_session(session: Session, **values: Any) -> Launch:
    """Write the launch. Its role holds in the person's older sessions of the course too, at once.

    After `keep_membership`, whose row keeps two launches of one person apart. Gives the row as it was
    written; the database session does not keep it.
    """
    session.execute(_OPEN, {f"new_{name}": value for name, value in values.items()})
    return Launch(**values)


def _find(session: Session, launch_id: UUID, is_proven: Callable[[Launch], bool]) -> Actor | None:
    row = session.execute(_LAUNCHED, {"launch_id": launch_id}).one_or_none()
    if row is None:
        return None
    launch, person, course, placement, deployment, registration, xapi_registration = row
    if not is_proven(launch) or not _is_open(session, launch, registration):
        return None
    return actor_of(
        launch,
        person=person,
        course=course,
        placement=placement,
        deployment=deployment,
        registration=registration,
        xapi_registration=xapi_registration,
    )


def _activity_of(placement: Placement) -> ActivityHere:
    return ActivityHere(
        shape=shape_of(placement.settings),
        prompt_html=placement.settings.get("prompt_html", ""),
        allows_anonymity=placement.settings.get("anonymous", False),
        group_set_id=placement.group_set_id,
        gallery_at=placement.gallery_at,
        schedule=placement.schedule,
        has_roles="roles" in placement.settings,
        copy_is_open=placement.copy_is_open,
    )


def actor_of(
    launch: Launch,
    *,
    person: Person,
    course: Course,
    placement: Placement,
    deployment: str,
    registration: Registration,
    xapi_registration: UUID,
) -> Actor:
    """The one whose launch this is. `deployment` is the platform's own id.

    Of a page's request `launch`, `person`, `course` and `registration` are no rows, but the columns of
    `_LAUNCHED`.
    """
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
        activity=placement.activity,
        locale=launch.locale,
        language=tag_of(spoken([launch.locale])),
        embedders=tuple(launch.embedders),
        naming=naming_of(registration),
        here=_activity_of(placement),
        xapi_registration=xapi_registration,
        is_test=launch.is_test,
        lrs_version=registration.lrs_version if registration.lrs_url else None,
    )


def find_visit(session: Session, *, launch_id: UUID, secret: str, kind: LaunchKind) -> Visit | None:
    """The same for a launch of this kind, which need not belong to an activity. One query."""
    row = session.execute(
        select(Launch, Person, Course, Deployment, Registration)
        .join(Person, Person.id == Launch.person_id)
        .outerjoin(Course, Course.id == Launch.course_id)
        .join(Deployment, Deployment.id == Launch.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .where(Launch.id == launch_id, Launch.kind == kind)
    ).one_or_none()
    if row is None:
        return None
    launch, person, course, deployment, registration = row
    if not matches(secret, launch.secret_digest) or not _is_open(session, launch, registration):
        return None
    return Visit(
        launch_id=launch.id,
        registration_id=registration.id,
        issuer=registration.issuer,
        client_id=registration.client_id,
        known_addresses=(
            registration.issuer,
            registration.auth_login_url,
            registration.auth_token_url,
            registration.jwks_url,
        ),
        deployment_id=deployment.id,
        deployment=deployment.deployment_id,
        platform_name=launch.platform_name,
        person_id=person.id,
        sub=person.sub,
        name=person.name,
        role=Role(launch.role),
        course_id=course.id if course else None,
        course_title=course.title if course else "",
        locale=launch.locale,
        embedders=tuple(launch.embedders),
        details=launch.details,
    )


def _is_open(session: Session, launch: Launch, registration: Registration) -> bool:
    """Whether the session still lives; when it was last used is noted now and then."""
    now = clock.now()
    if launch.expires_at <= now or launch.seen_at <= now - IDLE or not registration.active:
        return False
    if launch.seen_at < now - _SEEN_EVERY:
        session.execute(update(Launch).where(Launch.id == launch.id).values(seen_at=now))
    return True
