"""A platform for launch tests: the demo LMS's claims and key, and a server that can misbehave."""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms import Launch, Lms, LmsConfig
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.platforms.service import add_platform
from tests.demo.tool_stand_in import LocalServer

TOOL = "http://127.0.0.1:8000"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DEFAULT = Launch(person=PEOPLE[0], course=COURSES[0], link=COURSES[0].links[0])
# The second link has a column in the gradebook.
GRADED = COURSES[0].links[1]
LAUNCHES = {
    "activity": DEFAULT,
    "choose": Launch(person=PEOPLE[4], course=COURSES[0], link=None),
    "review": Launch(person=PEOPLE[4], course=COURSES[0], link=GRADED, about=PEOPLE[0]),
    "privacy": Launch(person=PEOPLE[0], course=COURSES[0], link=None, about=PEOPLE[0]),
}
"""One of each message that the tool takes."""

GONE = object()
"""In place of a claim: it is taken away."""


class Now(NamedTuple):
    """In place of a claim: so many seconds from now."""

    seconds: int


def bent(claims: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The claims with these changed, each "claim" or "claim#member"."""
    now = claims["iat"]
    for path, value in changes.items():
        claim, _, member = path.partition("#")
        target, name = (claims[claim], member) if member else (claims, claim)
        if value is GONE:
            target.pop(name, None)
        else:
            target[name] = now + value.seconds if isinstance(value, Now) else value
    return claims


def next_address(page: TestResponse) -> str:
    """Where login's page and a landing go on to."""
    address = page.text.partition('id="continue"')[2].partition('href="')[2].partition('"')[0]
    return address.replace("&amp;", "&")


def asked_of(page: TestResponse) -> dict[str, str]:
    """What login's page has the browser ask of the platform (state, nonce, ...)."""
    assert page.status_code == 200, page.text
    query = parse_qs(urlsplit(next_address(page)).query, strict_parsing=True)
    return {name: values[0] for name, values in query.items()}


def data_of(page: TestResponse, block: str) -> dict[str, Any]:
    """What a page tells its script."""
    found = re.search(rf'<script type="application/json"\s+id="{block}">(.*?)</script>', page.text, re.DOTALL)
    assert found, page.text
    data: dict[str, Any] = json.loads(html.unescape(found[1]))
    return data


def landed(page: TestResponse) -> str:
    """The first page of a launch that is let in: a landing with the session's cookie for just that launch."""
    assert page.status_code == 200, page.text
    first = next_address(page)
    launch_path = "/".join(first.split("/")[:3])
    [cookie] = [it for it in page.headers.getlist("Set-Cookie") if it.startswith("segue_launch=")]
    assert f"Path={launch_path};" in f"{cookie};"
    return first


class Platform:
    """A registered platform, whose key set stands on `server`, below `path` if several share it."""

    def __init__(
        self, app: Flask, sessions: sessionmaker[Session], server: LocalServer, data: Path, path: str = ""
    ) -> None:
        self.app, self.sessions, self.server, self.path = app, sessions, server, path
        self.lms = Lms(
            LmsConfig(
                issuer=f"{server.url}{path}",
                tool_url=TOOL,
                data_dir=data,
                client_id="segue",
                deployment_id="deployment-1",
            )
        )
        self.publish()
        config = self.lms.config
        with unit_of_work(sessions) as session:
            self.registration_id = add_platform(
                session,
                issuer=config.issuer,
                client_id=config.client_id,
                auth_login_url=config.auth_url,
                auth_token_url=config.token_url,
                jwks_url=config.jwks_url,
                deployment_ids=[config.deployment_id],
            ).id

    def publish(self, key_set: object = None) -> None:
        self.server.put_json(f"{self.path}/jwks.json", self.lms.key.jwks() if key_set is None else key_set)

    def login(self, client: FlaskClient, launch: Launch = DEFAULT, **changes: str | None) -> TestResponse:
        fields = {**self.lms.login_fields(launch), **changes}
        data = {name: value for name, value in fields.items() if value is not None}
        return client.post("/lti/login", data=data, base_url=TOOL)

    def start(self, client: FlaskClient, launch: Launch = DEFAULT, **changes: str | None) -> dict[str, str]:
        """Log in; what the tool asks of the platform (state, nonce, ...)."""
        return asked_of(self.login(client, launch, **changes))

    def claims(self, asked: dict[str, str], launch: Launch = DEFAULT) -> dict[str, Any]:
        return self.lms.launch_claims(launch, asked["nonce"])

    def launch(self, client: FlaskClient, launch: Launch = DEFAULT) -> TestResponse:
        """A whole, correct launch."""
        asked = self.start(client, launch)
        return self.post(client, asked["state"], self.lms.sign(self.claims(asked, launch)))

    def post(self, client: FlaskClient, state: str, id_token: str) -> TestResponse:
        return client.post("/lti/launch", data={"state": state, "id_token": id_token}, base_url=TOOL)
