"""An administrator's browser, without scripts: it signs in, and presses the buttons on the page."""

import re
from typing import Any, Self
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.admin.sessions import make_sign_in
from lti_tool.core.db import unit_of_work
from lti_tool.platforms.models import RegistrationUpdate
from lti_tool.platforms.service import add_platform

TOOL = "http://127.0.0.1:8000"


def new_code(sessions: sessionmaker[Session]) -> str:
    with unit_of_work(sessions) as session:
        return make_sign_in(session).rpartition("#")[2]


def waiting_updates(session: Session, registration_id: UUID) -> tuple[UUID, UUID]:
    """The ids of two updates that wait for approval: the registration's, and another one's."""
    addresses: dict[str, Any] = {
        "auth_login_url": "https://other.example/auth",
        "auth_token_url": "https://other.example/token",
        "jwks_url": "https://other.example/jwks",
    }
    other = add_platform(session, issuer="https://other.example", client_id="other", **addresses)
    updates = [
        RegistrationUpdate(registration_id=it, scopes=[], **addresses) for it in (registration_id, other.id)
    ]
    session.add_all(updates)
    session.flush()
    return updates[0].id, updates[1].id


class AdministratorVisit:
    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    @classmethod
    def signed_in(cls, app: Flask, sessions: sessionmaker[Session]) -> Self:
        visit = cls(app)
        assert visit.sign_in(new_code(sessions)).status_code == 303
        return visit

    def sign_in(self, code: str) -> TestResponse:
        return self.client.post("/admin/sign-in", data={"code": code}, base_url=TOOL)

    def page(self) -> TestResponse:
        return self.client.get("/admin", base_url=TOOL)

    def token(self) -> str:
        """The token against forgery that the page's buttons carry."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.page().text)
        assert found
        return found[1]

    def press(self, address: str) -> TestResponse:
        return self.client.post(f"/admin{address}", data={"csrf_token": self.token()}, base_url=TOOL)
