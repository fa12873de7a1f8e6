"""From the invitation to the first launch, with the demo LMS as the platform."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms import Lms, LmsConfig, create_lms
from lti_tool.demo.lms.files import write_private
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import switch_registration
from tests.launch.platform import DEFAULT, TOOL, Platform, landed
from tests.platforms.registrant import Registrant
from tests.servers import Counterpart, serving


class SelfRegistered(Platform):
    """The same platform for launches, without its registration by hand."""

    def __init__(self, lms: Lms) -> None:
        self.lms = lms


@pytest.fixture
def lms(tmp_path: Path, lms_pem: bytes) -> Iterator[Lms]:
    """The demo LMS over HTTP. Its address is known once it is served, so that comes first."""
    write_private(tmp_path / "lms-signing-key.pem", lms_pem)
    served: list[Flask] = []

    def answer(environ: Any, start_response: Any) -> Any:
        return served[0](environ, start_response)

    with serving(answer) as url:
        config = LmsConfig(
            issuer=url,
            tool_url=TOOL,
            data_dir=tmp_path,
            client_id="registered-here",
            deployment_id="42",
        )
        served.append(create_lms(config))
        lms: Lms = served[0].extensions["lms"]
        yield lms


def test_from_invitation_to_launch(
    client: FlaskClient, lms: Lms, sessions: sessionmaker[Session], session: Session
) -> None:
    registrant = Registrant(Counterpart(), lms.config.issuer)
    invitation = registrant.invitation(sessions)
    token = {"registration_token": lms.registrations.issue(value=True)}
    assert registrant.open(client, invitation, **token).status_code == 200
    assert registrant.send(client, invitation, **token).status_code == 200
    kept = session.scalars(select(Registration)).one()
    assert (kept.issuer, kept.client_id) == (lms.config.issuer, "registered-here")
    platform = SelfRegistered(lms)
    assert platform.login(client).status_code == 400
    with unit_of_work(sessions) as approving:
        switch_registration(approving, registration_id=kept.id, active=True)
    first_page = landed(platform.launch(client, DEFAULT))
    assert client.get(first_page, base_url=TOOL).status_code == 200


def test_its_token_serves_once(client: FlaskClient, lms: Lms, sessions: sessionmaker[Session]) -> None:
    registrant = Registrant(Counterpart(), lms.config.issuer)
    token = {"registration_token": lms.registrations.issue(value=True)}
    assert registrant.send(client, registrant.invitation(sessions), **token).status_code == 200
    refused = registrant.send(client, registrant.invitation(sessions), **token)
    assert refused.status_code == 400
    assert "declined" in refused.text
