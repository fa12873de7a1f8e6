"""Opening any route as the one who may, without anything being kept."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.core.db import unit_of_work
from lti_tool.platforms.invitations import make_invitation
from lti_tool.platforms.models import Deployment, Invitation
from lti_tool.platforms.service import keep_pending_deployment
from lti_tool.record_store.credentials import add_credential
from tests.admin.administrators import AdministratorVisit, waiting_updates
from tests.contract.access_table import TABLE, Needs
from tests.contract.conftest import TOOL, Place, path_of
from tests.contract.test_messages import FORMS, Guests
from tests.factories.entrances import Browser, Course
from tests.statements.sending import record_parked

Route = tuple[str, str]


class Opener:
    """Somebody for each route, with forms that are in order but for what a test changes."""

    def __init__(self, app: Flask, course: Course, here: Place, guests: Guests, session: Session) -> None:
        self.app, self.here, self.guests = app, here, guests
        registration_id = course.tenant.registration_id
        with unit_of_work(course.sessions) as writing:
            make_invitation(writing, label="Hillside", issuer=None, life=timedelta(days=7))
            keep_pending_deployment(writing, registration_id=registration_id, deployment_id="campus-2")
            update_id, other_update_id = waiting_updates(writing, registration_id)
            username, secret = add_credential(writing, label="a test", can_write=True)
        (parked,) = record_parked(course.sessions, here.owner.actor, 1)
        self.ids: Mapping[str, UUID | str] = {
            **here.ids,
            "registration": registration_id,
            "deployment": session.scalars(select(Deployment.id)).first() or "",
            "invitation": session.scalars(select(Invitation.id)).one(),
            "parked": parked,
            "update": update_id,
            "other_update": other_update_id,
        }
        self._administrator = AdministratorVisit.signed_in(app, course.sessions)
        self._token = self._administrator.token()
        credential = b64encode(f"{username}:{secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credential}", "X-Experience-API-Version": "1.0.3"}
        self._forms = {
            browser: browser.form(page)
            for browser, page in [
                (here.owner, "/threads/new"),
                (here.teacher, "/threads/new"),
                *((guest, FORMS[kind]) for kind, guest in guests.items() if kind in FORMS),
            ]
        }
        for visitor in (here.owner, here.teacher):
            assert visitor.get("/threads").status_code == 200

    def open(self, route: Route, given: Mapping[str, str], *, path: str = "") -> TestResponse:
        """With these parameters, in the address of a GET and in the form of anything else."""
        method, endpoint = route
        row, form = TABLE[route], dict[str, Any]()
        browser = self._browser(route)
        client, launch_id = self.app.test_client(), None
        headers = self._headers if row.needs is Needs.CREDENTIAL else {}
        if row.needs is Needs.ADMINISTRATOR:
            client, form = self._administrator.client, {"csrf_token": self._token}
        elif browser:
            client, launch_id, form = browser.client, browser.launch_id, self._forms.get(browser, {})
        ids = {name: self.ids[kind] for name, kind in row.ids.items()}
        path = path or path_of(self.app, method, endpoint, ids, launch_id)
        hints = {name: str(self.ids[kind]) for name, kind in row.hints.items()}
        if method == "GET":
            sent: dict[str, Any] = {"query_string": {**hints, **given}}
        else:
            sent = {"data": {**form, **row.data, **hints, **given}}
            if row.needs is Needs.CREDENTIAL:
                sent = {"query_string": given, "json": {}}
        return client.open(path, method=method, base_url=TOOL, headers=headers, **sent)

    def launch_id(self, route: Route) -> UUID | None:
        browser = self._browser(route)
        return browser.launch_id if browser else None

    def _browser(self, route: Route) -> Browser | None:
        row = TABLE[route]
        if row.needs is Needs.MESSAGE:
            assert row.kind
            return self.guests[row.kind]
        return self.here.entitled(row) if row.needs in IN_SESSION else None


IN_SESSION = (Needs.SESSION, Needs.OWNER, Needs.STAFF)


@pytest.fixture
def opener(
    app: Flask,
    course: Course,
    here: Place,
    guests: Guests,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> Opener:
    """Everything that is sent to it goes to the database, and is rolled back with the request."""
    made = Opener(app, course, here, guests, session)
    monkeypatch.setattr(Session, "commit", Session.flush)
    return made
