"""A platform whose key set can't be had: how often it is asked, and what serves meanwhile."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from lti_tool.app import create_app
from lti_tool.demo.lms.keys import SigningKey
from lti_tool.platforms.key_sets import find_key
from lti_tool.platforms.models import PlatformKeySet, Registration
from lti_tool.settings import Settings
from tests.conftest import SECRET
from tests.demo.tool_stand_in import Answer
from tests.launch.platform import DEFAULT, Platform, asked_of, landed

DOWN: Answer = (500, "text/plain", b"down")


def later(**passed: float) -> datetime:
    return datetime.now(UTC) + timedelta(**passed)


def test_a_first_fetch_that_fails_is_not_tried_again_at_once(
    client: FlaskClient, platform: Platform, settings: Settings, engine: Engine
) -> None:
    """For some seconds, in whichever process; and nobody is kept out for longer than that."""
    platform.server.answers["/jwks.json"] = DOWN
    for app in (platform.app, create_app(settings, engine=engine)) * 3:
        platform.app = app
        answer = platform.launch(app.test_client())
        assert answer.status_code == 503
        assert "is not responding at the moment" in answer.text
    assert len(platform.server.asked) == 1
    with time_machine.travel(later(seconds=11)):
        assert platform.launch(client).status_code == 503
    assert len(platform.server.asked) == 2
    platform.publish()
    with time_machine.travel(later(seconds=22)):
        assert landed(platform.launch(client))
    assert len(platform.server.asked) == 3


@pytest.mark.parametrize("has_older", [True, False])
def test_a_fetch_that_fails_spoils_nothing_that_another_had_meanwhile(
    client: FlaskClient,
    platform: Platform,
    sessions: sessionmaker[Session],
    tmp_path: Path,
    has_older: bool,  # noqa: FBT001  # a column of the table
) -> None:
    """Of two processes that ask at once, one gets the platform's new keys: they stand, and serve both."""
    assert landed(platform.launch(client))
    with sessions() as session:
        registration = session.get_one(Registration, platform.registration_id)
        older = session.scalars(select(PlatformKeySet)).one() if has_older else None
    platform.lms.key = SigningKey.load_or_create(tmp_path / "next.pem")
    platform.publish()
    with time_machine.travel(later(minutes=2)):
        assert landed(platform.launch(client))
        platform.server.answers["/jwks.json"] = DOWN
        assert find_key(sessions, registration, older, platform.lms.key.kid)
        assert landed(platform.launch(client))
    assert len(platform.server.asked) == 3
    with sessions() as session:
        assert session.scalars(select(PlatformKeySet.key_set)).one() == platform.lms.key.jwks()


def test_in_production_a_platform_over_http_is_told_so(
    platform: Platform, database_url: str, engine: Engine
) -> None:
    """It was registered in development. Its keys are never asked for now, which is no trouble of today's."""
    settings = Settings(
        database_url=database_url,
        secret_key=SecretStr(SECRET),
        env="production",
        base_url="https://segue.example",
    )
    app = create_app(settings, engine=engine)
    for _ in range(2):
        client = app.test_client()
        fields = platform.lms.login_fields(DEFAULT) | {"target_link_uri": "https://segue.example/lti/launch"}
        asked = asked_of(client.post("/lti/login", data=fields, base_url="https://segue.example"))
        form = {"state": asked["state"], "id_token": platform.lms.sign(platform.claims(asked))}
        with capture_logs() as logs:
            answer = client.post("/lti/launch", data=form, base_url="https://segue.example")
        assert answer.status_code == 400
        assert "an address that starts with http" in answer.text
        assert "platform_over_http" in [line.get("code") for line in logs]
    assert platform.server.asked == []
