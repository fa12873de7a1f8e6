"""Letting a verified message in: the rows it tells of, and the session that it opens."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from lti_tool.core import clock, events
from lti_tool.core.db import settings_of
from lti_tool.core.ids import new_random_id
from lti_tool.core.secrets import digest
from lti_tool.courses.models import Activity, Course, Placement
from lti_tool.courses.origins import read_origins
from lti_tool.courses.service import (
    CourseServices,
    find_course,
    find_placement,
    keep_course,
    keep_placement,
)
from lti_tool.courses.settling import Tenancy, settle_placement
from lti_tool.launch.claims import (
    DataPrivacyClaims,
    DeepLinkingClaims,
    ForUser,
    LaunchClaims,
    MessageClaims,
    SubmissionReviewClaims,
)
from lti_tool.launch.entrance import Entrance, context_id_of
from lti_tool.launch.errors import Advice, LaunchRefusedError
from lti_tool.launch.events import Admitted, Launched
from lti_tool.launch.models import Launch, LaunchKind
from lti_tool.launch.origins import embedders_of
from lti_tool.launch.proof import PlatformStorage
from lti_tool.launch.rules import check_message
from lti_tool.launch.sessions import LIFE, actor_of, open_session
from lti_tool.people.models import Person
from lti_tool.people.roles import is_test_user, role_of
from lti_tool.people.service import keep_membership, keep_person
from lti_tool.platforms.habits import Habits
from lti_tool.platforms.health import note_launch
from lti_tool.platforms.lms import habits_of
from lti_tool.platforms.models import Registration

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchAccepted:
    """A session, and where it begins."""

    launch_id: UUID
    secret: str
    """What the browser keeps; only its digest is stored."""
    kind: LaunchKind
    activity: Activity | None
    """What the placement is for, where the launch belongs to one."""
    lists_points: bool
    """Whether a review is of everybody's points, rather than of one person's work."""
    embedders: list[str]
    """The origins whose pages may frame this launch's pages."""
    storage: PlatformStorage | None = None
    """Where the platform still keeps the login's secret, which nobody needs any more."""


@dataclass(frozen=True, slots=True)
class _Opened:
    accepted: LaunchAccepted
    launch: Launch
    person: Person
    xapi_registration: UUID


def admit(entrance: Entrance, message: MessageClaims) -> LaunchAccepted:
    """Create or update what the message tells of, and open its session.

    The claims must be verified. Raises LaunchRefusedError for a message that may not be let in.
    """
    check_message(message, https_only=settings_of(entrance.session).env == "production")
    if message.set_aside:
        log.info(
            "claims_set_aside",
            registration=str(entrance.registration.id),
            claims=[str(fault) for fault in message.set_aside],
        )
    if isinstance(message, LaunchClaims):
        return _to_activity(entrance, message)
    if isinstance(message, DeepLinkingClaims):
        return _to_deep_linking(entrance, message)
    if isinstance(message, SubmissionReviewClaims):
        return _to_submission_review(entrance, message)
    if isinstance(message, DataPrivacyClaims):
        return _to_data_privacy(entrance, message)
    raise LaunchRefusedError("message_type_unsupported")


def _to_activity(entrance: Entrance, message: LaunchClaims) -> LaunchAccepted:
    session, link = entrance.session, message.resource_link
    course = keep_course(
        session,
        deployment_id=entrance.deployment.id,
        context_id=context_id_of(message) or "",
        title=(message.context.title or message.context.label) if message.context else link.title,
        services=_services_of(entrance.registration, message),
    )
    placement, is_new = keep_placement(
        session,
        course_id=course.id,
        resource_link_id=link.id,
        title=link.title,
        description=link.description,
        line_item_url=message.grading.lineitem if message.grading else None,
    )
    if is_new:
        settle_placement(
            session,
            placement,
            course=course,
            origins=read_origins(message.custom),
            tenancy=_tenancy(entrance, message),
        )
    opened = _open(entrance, message, LaunchKind.RESOURCE_LINK, course=course, placement=placement)
    actor = actor_of(
        opened.launch,
        person=opened.person,
        course=course,
        placement=placement,
        deployment=entrance.deployment.deployment_id,
        registration=entrance.registration,
        xapi_registration=opened.xapi_registration,
    )
    events.record(session, Launched(actor=actor, at=opened.launch.created_at))
    return opened.accepted


def _to_deep_linking(entrance: Entrance, message: DeepLinkingClaims) -> LaunchAccepted:
    """What the platform wants back is kept with the launch, until the answer is made."""
    course = None
    if message.context:
        course = keep_course(
            entrance.session,
            deployment_id=entrance.deployment.id,
            context_id=message.context.id,
            title=message.context.title or message.context.label,
        )
    wanted = message.settings
    details: dict[str, Any] = {
        "return_url": wanted.deep_link_return_url,
        # Where nothing is said of it nothing may be assumed: Moodle takes them (Deep Linking 2.0, 4.4.1).
        "takes_line_item": wanted.accept_lineitem is not False,
        "title": wanted.title,
    }
    if wanted.data is not None:
        # As JSON text: PostgreSQL's own JSON can't hold every string (no NUL), and each byte counts.
        details["data"] = json.dumps(wanted.data)
    return _open(entrance, message, LaunchKind.DEEP_LINKING, course=course, details=details).accepted


def _to_submission_review(entrance: Entrance, message: SubmissionReviewClaims) -> LaunchAccepted:
    """Into an activity that is there: what nobody ever opened holds nothing to review.

    Staff arrive at the work of the person that is named. Where nobody is, or where neither the message nor
    the activity has points for that work, they arrive at the list of points. Others arrive at their own work.
    """
    session, link = entrance.session, message.resource_link
    course = find_course(session, deployment_id=entrance.deployment.id, context_id=context_id_of(message))
    placement = None
    if course is not None:
        placement = find_placement(
            session,
            course_id=course.id,
            line_item_url=message.line_item,
            resource_link_id=link.id if link else None,
        )
    if placement is None:
        raise LaunchRefusedError("review_of_unknown_activity", Advice.NOTHING_TO_REVIEW)
    is_staff = role_of(message.roles).is_staff
    about = message.for_user or (None if is_staff else ForUser(user_id=message.sub, name=message.shown_name))
    has_points = message.line_item or placement.line_item_url or "points" in placement.settings
    return _open(
        entrance,
        message,
        LaunchKind.SUBMISSION_REVIEW,
        course=course,
        placement=placement,
        details={"for_user": about.user_id, "name": about.shown_name} if about else None,
        lists_points=is_staff and not (about and has_points),
    ).accepted


def _to_data_privacy(entrance: Entrance, message: DataPrivacyClaims) -> LaunchAccepted:
    details = {"for_user": message.for_user.user_id}
    return _open(entrance, message, LaunchKind.DATA_PRIVACY, details=details).accepted


def _open(
    entrance: Entrance,
    message: MessageClaims,
    kind: LaunchKind,
    *,
    course: Course | None = None,
    placement: Placement | None = None,
    details: Mapping[str, Any] | None = None,
    lists_points: bool = False,
) -> _Opened:
    """The person, their part in the course, and a session of theirs."""
    session, registration = entrance.session, entrance.registration
    person = keep_person(session, registration_id=registration.id, sub=message.sub, name=message.shown_name)
    role, now = role_of(message.roles), clock.now()
    xapi_registration = new_random_id()
    if course:
        xapi_registration = keep_membership(session, course_id=course.id, person_id=person.id, role=role)
    secret = secrets.token_urlsafe(32)
    launch = open_session(
        session,
        id=new_random_id(),
        kind=kind,
        secret_digest=digest(secret),
        person_id=person.id,
        deployment_id=entrance.deployment.id,
        course_id=course.id if course else None,
        placement_id=placement.id if placement else None,
        role=role,
        is_test=is_test_user(message.roles),
        locale=message.language,
        platform_name=_platform_name(registration, message),
        embedders=embedders_of(registration, message.return_url),
        return_url=message.return_url,
        details=dict(details or {}),
        created_at=now,
        seen_at=now,
        expires_at=now + LIFE,
    )
    note_launch(session, registration_id=registration.id)
    if registration.label is None and message.tool_platform and message.tool_platform.name:
        registration.label = message.tool_platform.name
    events.record(session, Admitted(entrance.deployment.id, message.notifications))
    accepted = LaunchAccepted(
        launch_id=launch.id,
        secret=secret,
        kind=kind,
        activity=placement.activity if placement else None,
        lists_points=lists_points,
        embedders=launch.embedders,
    )
    return _Opened(accepted, launch, person, xapi_registration)


def _tenancy(entrance: Entrance, message: MessageClaims) -> Tenancy:
    return Tenancy(
        registration_id=entrance.registration.id,
        deployment_id=entrance.deployment.id,
        deployment_alone=_habits(entrance.registration, message).one_client_for_many_institutions,
    )


def _habits(registration: Registration, message: MessageClaims) -> Habits:
    family = message.tool_platform.product_family_code if message.tool_platform else ""
    return habits_of(registration.issuer, registration.auth_token_url, family=family)


def _services_of(registration: Registration, message: MessageClaims) -> CourseServices:
    grading, groups = message.grading, message.groups
    return CourseServices(
        product=_habits(registration, message).product,
        roster_url=message.roster.context_memberships_url if message.roster else None,
        groups_url=groups.context_groups_url if groups else None,
        group_sets_url=groups.context_group_sets_url if groups else None,
        line_items_url=grading.lineitems if grading else None,
        scopes=tuple(sorted({*(grading.scope if grading else ()), *(groups.scope if groups else ())})),
    )


def _platform_name(registration: Registration, message: MessageClaims) -> str:
    said = message.tool_platform.name if message.tool_platform else ""
    return said or registration.label or urlsplit(registration.issuer).hostname or registration.issuer
