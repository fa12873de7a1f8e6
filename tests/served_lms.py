"""The demo LMS and the tool, each over real HTTP, and the tool registered with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms import Launch, Lms, LmsConfig, create_lms
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE, Course, Person
from lti_tool.demo.lms.files import write_private
from lti_tool.launch.admission import LaunchAccepted, admit
from lti_tool.launch.entrance import find_entrance
from lti_tool.launch.message import read_message
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import add_deployment, add_platform
from lti_tool.platforms.tool_keys import ensure_tool_keys
from tests.servers import Counterpart, serving

DEPLOYMENT = "deployment-1"


@dataclass
class ServedLms:
    """`server` sees every request first: a test may look at them, or answer itself."""

    url: str
    server: Counterpart
    app: Flask
    sessions: sessionmaker[Session]
    registration_id: UUID
    deployment_id: UUID

    @property
    def lms(self) -> Lms:
        lms: Lms = self.app.extensions["lms"]
        return lms

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.server.requests if request.path == path]

    def launch(
        self, person: Person = PEOPLE[0], course: Course = COURSES[0], **claims: Any
    ) -> LaunchAccepted:
        """Somebody comes in, with these claims changed; a message that the guard has verified."""
        launch = Launch(person=person, course=course, link=course.links[0])
        message = read_message({**self.lms.launch_claims(launch, nonce="n"), **claims})
        with unit_of_work(self.sessions) as session:
            registration = session.get_one(Registration, self.registration_id)
            entrance = find_entrance(session, registration=registration, message=message)
            return admit(entrance, message)


def _pass_on(lms: Flask, request: Request) -> Response:
    # Its body was read already, for the test to look at.
    return Response.from_app(lms, {**request.environ, "wsgi.input": BytesIO(request.get_data())})


@contextmanager
def serve_lms(
    app: Flask, sessions: sessionmaker[Session], folder: Path, pem: bytes, **offers: Any
) -> Iterator[ServedLms]:
    """`offers` are switches of LmsConfig."""
    write_private(folder / "lms-signing-key.pem", pem)
    server = Counterpart()
    with serving(app) as tool_url, serving(server) as url:
        lms = create_lms(
            LmsConfig(
                issuer=url,
                tool_url=tool_url,
                data_dir=folder,
                client_id="segue",
                deployment_id=DEPLOYMENT,
                **offers,
            )
        )
        app.config["TRUSTED_HOSTS"] = None  # the tool is asked at a port of its own here
        server.answer = lambda request: _pass_on(lms, request)
        config = lms.extensions["lms"].config
        with unit_of_work(sessions) as session:
            ensure_tool_keys(session)
            registration = add_platform(
                session,
                issuer=url,
                client_id="segue",
                auth_login_url=config.auth_url,
                auth_token_url=config.token_url,
                jwks_url=config.jwks_url,
            )
            deployment = add_deployment(session, registration_id=registration.id, deployment_id=DEPLOYMENT)
            ids = registration.id, deployment.id
        yield ServedLms(url, server, lms, sessions, *ids)
