"""Accepting a launch: from the platform's form to a session."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock, events
from lti_tool.core.db import unit_of_work
from lti_tool.core.secrets import digest, matches
from lti_tool.courses.copying import Tenancy, settle_placement
from lti_tool.courses.origins import read_origins
from lti_tool.courses.service import CourseServices, keep_course, keep_placement
from lti_tool.launch.claims import LaunchClaims, MessageClaims
from lti_tool.launch.errors import Advice, LaunchRefusedError
from lti_tool.launch.events import Admitted, Launched
from lti_tool.launch.guard import key_id, verified_claims
from lti_tool.launch.message import read_message
from lti_tool.launch.models import Launch, LaunchAttempt, LaunchKind
from lti_tool.launch.sessions import LIFE, find_actor
from lti_tool.people.roles import is_test_user, role_of
from lti_tool.people.service import keep_membership, keep_person
from lti_tool.platforms.key_sets import KeySetUnavailableError, KeyUnknownError, find_key
from lti_tool.platforms.lms import habits_of
from lti_tool.platforms.models import Deployment, Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What login bound together, as the launch needs it."""

    state_digest: str
    nonce: str
    deployment_hint: str | None
    target_link_uri: str
    registration_id: UUID
    issuer: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchAccepted:
    launch_id: UUID
    secret: str
    """What the browser keeps; only its digest is stored."""


def accept_launch(
    sessions: sessionmaker[Session], *, state: str, id_token: str, browser_secret: str | None
) -> LaunchAccepted:
    """Let a launch in, or raise LaunchRefusedError.

    Two short transactions, because the platform's keys may have to be fetched between them. The
    attempt is used up in the second, after the signature was checked and together with all rows
    of the launch: of several posts of one token exactly one gets in.
    """
    with unit_of_work(sessions) as session:
        attempt = _open_attempt(session, state, browser_secret)
    claims = _checked_claims(sessions, attempt, id_token)
    message = read_message(claims)
    _check_target(message, attempt)
    with unit_of_work(sessions) as session:
        deployment_id = _deployment_of(session, message, attempt)
        _use_up(session, attempt)
        return admit(
            session, registration_id=attempt.registration_id, deployment_id=deployment_id, message=message
        )


def _open_attempt(session: Session, state: str, browser_secret: str | None) -> Attempt:
    row = session.execute(
        select(LaunchAttempt, Registration)
        .join(Registration, Registration.id == LaunchAttempt.registration_id)
        .where(LaunchAttempt.state_digest == digest(state))
    ).one_or_none()
    if row is None:
        raise LaunchRefusedError("state_unknown", Advice.AGAIN)
    attempt, registration = row
    if attempt.used_at is not None:
        raise LaunchRefusedError("state_used", Advice.AGAIN)
    if attempt.expires_at <= clock.now():
        raise LaunchRefusedError("state_expired", Advice.AGAIN)
    if browser_secret is None:
        raise LaunchRefusedError("browser_unproven", Advice.BROWSER)
    if not matches(browser_secret, attempt.browser_digest):
        raise LaunchRefusedError("browser_differs", Advice.AGAIN)
    if not registration.active:
        raise LaunchRefusedError("registration_inactive")
    return Attempt(
        state_digest=attempt.state_digest,
        nonce=attempt.nonce,
        deployment_hint=attempt.deployment_hint,
        target_link_uri=attempt.target_link_uri,
        registration_id=registration.id,
        issuer=registration.issuer,
        client_id=registration.client_id,
    )


def _checked_claims(sessions: sessionmaker[Session], attempt: Attempt, id_token: str) -> dict[str, object]:
    try:
        key = find_key(sessions, attempt.registration_id, key_id(id_token))
    except KeyUnknownError:
        raise LaunchRefusedError("kid_unknown") from None
    except KeySetUnavailableError:
        raise LaunchRefusedError("platform_keys_unavailable", Advice.LATER, status=503) from None
    return verified_claims(
        id_token, key, issuer=attempt.issuer, client_id=attempt.client_id, nonce=attempt.nonce
    )


def _check_target(message: MessageClaims, attempt: Attempt) -> None:
    if message.target_link_uri != attempt.target_link_uri:
        raise LaunchRefusedError("target_differs_from_login")


def _deployment_of(session: Session, message: MessageClaims, attempt: Attempt) -> UUID:
    if attempt.deployment_hint is not None and attempt.deployment_hint != message.deployment_id:
        raise LaunchRefusedError("deployment_differs_from_login")
    found = session.scalars(
        select(Deployment.id).filter_by(
            registration_id=attempt.registration_id, deployment_id=message.deployment_id
        )
    ).one_or_none()
    if found is None:
        raise LaunchRefusedError("deployment_unknown")
    return found


def _use_up(session: Session, attempt: Attempt) -> None:
    used = session.execute(
        update(LaunchAttempt)
        .where(LaunchAttempt.state_digest == attempt.state_digest, LaunchAttempt.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(LaunchAttempt.state_digest)
    ).one_or_none()
    if used is None:
        raise LaunchRefusedError("state_used", Advice.AGAIN)


def admit(
    session: Session, *, registration_id: UUID, deployment_id: UUID, message: MessageClaims
) -> LaunchAccepted:
    """Create or update what the message tells of, and open its session.

    The claims must be verified: this asks nothing any more.
    """
    registration = session.get_one(Registration, registration_id)
    events.record(session, Admitted(deployment_id=deployment_id, notifications=message.notifications))
    if isinstance(message, LaunchClaims):
        return _admit_to_activity(session, registration, deployment_id, message)
    raise LaunchRefusedError("message_type_unsupported")


def _admit_to_activity(
    session: Session, registration: Registration, deployment_id: UUID, message: LaunchClaims
) -> LaunchAccepted:
    link = message.resource_link
    course = keep_course(
        session,
        deployment_id=deployment_id,
        # A link outside any course is a space of its own (context is optional, LTI Core 1.3 section 5.4.1).
        context_id=message.context.id if message.context else f"resource-link:{link.id}",
        title=(message.context.title or message.context.label) if message.context else link.title,
        services=_services_of(message),
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
            tenancy=_tenancy(registration, deployment_id, message),
        )
    person_id = keep_person(
        session, registration_id=registration.id, sub=message.sub, name=message.shown_name
    )
    role = role_of(message.roles)
    keep_membership(session, course_id=course.id, person_id=person_id, role=role)
    secret = secrets.token_urlsafe(32)
    launch = Launch(
        kind=LaunchKind.RESOURCE_LINK,
        secret_digest=digest(secret),
        person_id=person_id,
        deployment_id=deployment_id,
        course_id=course.id,
        placement_id=placement.id,
        role=role,
        is_test=is_test_user(message.roles),
        locale=message.language,
        platform_name=_platform_name(registration, message),
        embedders=_embedders(registration, message),
        expires_at=clock.now() + LIFE,
    )
    session.add(launch)
    session.flush()
    actor = find_actor(session, launch_id=launch.id, secret=secret)
    if actor is None:  # it was made a line above
        raise LaunchRefusedError("launch_vanished", Advice.AGAIN, status=503)
    events.record(session, Launched(actor=actor, at=launch.created_at))
    return LaunchAccepted(launch_id=launch.id, secret=secret)


def _tenancy(registration: Registration, deployment_id: UUID, message: MessageClaims) -> Tenancy:
    family = message.tool_platform.product_family_code if message.tool_platform else ""
    habits = habits_of(registration.issuer, registration.auth_token_url, family=family)
    return Tenancy(
        registration_id=registration.id,
        deployment_id=deployment_id,
        deployment_alone=habits.one_client_for_many_institutions,
    )


def _services_of(message: MessageClaims) -> CourseServices:
    grading, groups = message.grading, message.groups
    return CourseServices(
        roster_url=message.roster.context_memberships_url if message.roster else None,
        groups_url=groups.context_groups_url if groups else None,
        group_sets_url=groups.context_group_sets_url if groups else None,
        line_items_url=grading.lineitems if grading else None,
        scopes=tuple(sorted({*(grading.scope if grading else ()), *(groups.scope if groups else ())})),
    )


def _platform_name(registration: Registration, message: MessageClaims) -> str:
    said = message.tool_platform.name if message.tool_platform else ""
    return said or urlsplit(registration.issuer).hostname or registration.issuer


def _embedders(registration: Registration, message: MessageClaims) -> list[str]:
    """Where the platform's pages come from. A hosted LMS often has another origin than its issuer."""
    known = [
        registration.issuer,
        registration.auth_login_url,
        message.presentation and message.presentation.return_url,
    ]
    return sorted({origin for address in known if address and (origin := _origin(address))})


def _origin(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    host = parts.hostname or ""
    plain = host.isascii() and host.replace("-", "").replace(".", "").isalnum()
    return f"{parts.scheme}://{host}{port}" if parts.scheme in {"http", "https"} and plain else None
