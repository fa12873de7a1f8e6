"""Coming into a course: the rows of a launch, and a client that has its session."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.core.db import unit_of_work
from lti_tool.core.secrets import digest
from lti_tool.courses.service import keep_course, keep_placement
from lti_tool.launch.models import Launch, LaunchKind
from lti_tool.launch.sessions import find_actor
from lti_tool.people.service import keep_membership, keep_person
from lti_tool.platforms.service import add_deployment, add_platform

ISSUER = "https://lms.example"


@dataclass(frozen=True)
class Tenant:
    """A registration with one deployment."""

    registration_id: UUID
    deployment_id: UUID


def make_tenant(session: Session, *, issuer: str = ISSUER, client_id: str = "segue") -> Tenant:
    registration = add_platform(
        session,
        issuer=issuer,
        client_id=client_id,
        auth_login_url=f"{issuer}/auth",
        auth_token_url=f"{issuer}/token",
        jwks_url=f"{issuer}/jwks",
    )
    deployment = add_deployment(session, registration_id=registration.id, deployment_id="1")
    return Tenant(registration.id, deployment.id)


def enter(
    session: Session,
    tenant: Tenant,
    *,
    name: str = "Ana Ruiz",
    sub: str | None = None,
    role: Role = Role.LEARNER,
    context_id: str = "course-1",
    link: str = "link-1",
    locale: str = "en",
    kind: LaunchKind = LaunchKind.RESOURCE_LINK,
    details: Mapping[str, Any] | None = None,
    is_test: bool = False,
) -> tuple[Actor, str]:
    """Somebody launches into a course: the actor, and the secret that their browser gets."""
    course = keep_course(
        session, deployment_id=tenant.deployment_id, context_id=context_id, title="Difficult conversations"
    )
    placement, _ = keep_placement(
        session, course_id=course.id, resource_link_id=link, title="Talk it through", description=""
    )
    person = keep_person(
        session,
        registration_id=tenant.registration_id,
        sub=sub or name.lower().replace(" ", "-") or "nobody",
        name=name,
    )
    keep_membership(session, course_id=course.id, person_id=person.id, role=role)
    secret = uuid4().hex
    launch = Launch(
        kind=kind,
        details=dict(details or {}),
        secret_digest=digest(secret),
        person_id=person.id,
        deployment_id=tenant.deployment_id,
        course_id=course.id,
        placement_id=placement.id,
        role=role,
        is_test=is_test,
        locale=locale,
        platform_name="Example LMS",
        embedders=[ISSUER],
        expires_at=clock.now() + timedelta(hours=12),
    )
    session.add(launch)
    session.flush()
    actor = find_actor(session, launch_id=launch.id, secret=secret)
    assert actor is not None
    return actor, secret


def enter_with_message(
    session: Session,
    tenant: Tenant,
    kind: LaunchKind,
    *,
    details: Mapping[str, Any],
    name: str,
    role: Role = Role.INSTRUCTOR,
    context_id: str | None = None,
    locale: str = "en",
) -> tuple[UUID, str]:
    """Somebody comes with a message outside any activity: the launch's id, and the browser's secret."""
    course_id = None
    if context_id:
        course_id = keep_course(
            session,
            deployment_id=tenant.deployment_id,
            context_id=context_id,
            title="Difficult conversations",
        ).id
    sub = name.lower().replace(" ", "-")
    secret = uuid4().hex
    launch = Launch(
        kind=kind,
        details=dict(details),
        secret_digest=digest(secret),
        person_id=keep_person(session, registration_id=tenant.registration_id, sub=sub, name=name).id,
        deployment_id=tenant.deployment_id,
        course_id=course_id,
        role=role,
        locale=locale,
        platform_name="Example LMS",
        embedders=[ISSUER],
        expires_at=clock.now() + timedelta(hours=12),
    )
    session.add(launch)
    session.flush()
    return launch.id, secret


class Browser:
    """Somebody's browser, without scripts: it opens pages and sends the forms that stand on them."""

    def __init__(self, app: Flask, launch_id: UUID, secret: str) -> None:
        self.launch_id = launch_id
        self.base = f"/l/{launch_id}"
        self.client: FlaskClient = app.test_client()
        self.client.set_cookie("segue_launch", secret, domain="127.0.0.1", path=self.base)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(self.base + path, base_url="http://127.0.0.1:8000", **options)

    def post(self, path: str, data: dict[str, Any] | bytes, **options: Any) -> TestResponse:
        """Send exactly this."""
        return self.client.post(self.base + path, data=data, base_url="http://127.0.0.1:8000", **options)

    def form(self, page: str) -> dict[str, str]:
        """The hidden fields of the writing forms on a page: the token and a fresh submission key."""
        html = self.get(page).get_data(as_text=True)
        return dict(
            re.findall(
                r'<input (?:id="[^"]*" )?name="(csrf_token|submission)" type="hidden" value="([^"]+)">', html
            )
        )

    def send(self, page: str, path: str, data: dict[str, Any], **options: Any) -> TestResponse:
        """Open a page, fill in its form, and send it."""
        return self.post(path, {**self.form(page), **data}, **options)


class Visitor(Browser):
    """Somebody in an activity."""

    def __init__(self, app: Flask, actor: Actor, secret: str) -> None:
        super().__init__(app, actor.launch_id, secret)
        self.actor = actor


class Course:
    """A course with people in it, in one tenant; `visitor` brings another person in."""

    def __init__(self, app: Flask, sessions: sessionmaker[Session], tenant: Tenant) -> None:
        self.app, self.sessions, self.tenant = app, sessions, tenant

    def visitor(self, name: str = "Ana Ruiz", **options: Any) -> Visitor:
        with unit_of_work(self.sessions) as session:
            actor, secret = enter(session, self.tenant, name=name, **options)
        return Visitor(self.app, actor, secret)

    def guest(self, kind: LaunchKind, name: str = "Ines Koch", **options: Any) -> Browser:
        """Somebody who came with a message that belongs to no activity."""
        with unit_of_work(self.sessions) as session:
            launch_id, secret = enter_with_message(session, self.tenant, kind, name=name, **options)
        return Browser(self.app, launch_id, secret)
