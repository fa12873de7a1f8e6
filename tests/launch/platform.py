"""A platform for launch tests: the demo LMS's claims and key, and a server that can misbehave."""

from pathlib import Path
from typing import Any
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
DEFAULT = Launch(person=PEOPLE[0], course=COURSES[0], link=COURSES[0].links[0])


def next_address(page: TestResponse) -> str:
    """Where login's page and a landing go on to."""
    address = page.text.partition('id="continue"')[2].partition('href="')[2].partition('"')[0]
    return address.replace("&amp;", "&")


def landed(page: TestResponse) -> str:
    """The first page of a launch that is let in: a landing with the session's cookie for just that launch."""
    assert page.status_code == 200, page.text
    first = next_address(page)
    launch_path = "/".join(first.split("/")[:3])
    [cookie] = [it for it in page.headers.getlist("Set-Cookie") if it.startswith("segue_launch=")]
    assert f"Path={launch_path};" in f"{cookie};"
    return first


class Platform:
    """A registered platform, whose key set stands on `server`."""

    def __init__(self, app: Flask, sessions: sessionmaker[Session], server: LocalServer, data: Path) -> None:
        self.app, self.server = app, server
        self.lms = Lms(
            LmsConfig(
                issuer=server.url,
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
        self.server.put_json("/jwks.json", self.lms.key.jwks() if key_set is None else key_set)

    def login(self, client: FlaskClient, launch: Launch = DEFAULT, **changes: str | None) -> TestResponse:
        fields = {**self.lms.login_fields(launch), **changes}
        data = {name: value for name, value in fields.items() if value is not None}
        return client.post("/lti/login", data=data, base_url=TOOL)

    def start(self, client: FlaskClient, launch: Launch = DEFAULT, **changes: str | None) -> dict[str, str]:
        """Log in; what the tool asks of the platform (state, nonce, ...)."""
        page = self.login(client, launch, **changes)
        assert page.status_code == 200, page.text
        query = parse_qs(urlsplit(next_address(page)).query, strict_parsing=True)
        return {name: values[0] for name, values in query.items()}

    def claims(self, asked: dict[str, str], launch: Launch = DEFAULT) -> dict[str, Any]:
        return self.lms.launch_claims(launch, asked["nonce"])

    def launch(self, client: FlaskClient, launch: Launch = DEFAULT) -> TestResponse:
        """A whole, correct launch."""
        asked = self.start(client, launch)
        return self.post(client, asked["state"], self.lms.sign(self.claims(asked, launch)))

    def post(self, client: FlaskClient, state: str, id_token: str) -> TestResponse:
        return client.post("/lti/launch", data={"state": state, "id_token": id_token}, base_url=TOOL)
