"""Headers that every answer carries, of themselves or not at all."""

from uuid import uuid4

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine

from lti_tool.app import create_app
from lti_tool.settings import Settings
from lti_tool.web.launched import start_session
from tests.conftest import SECRET

PATHS = ("/lti/jwks.json", "/lti/login", "/health/live", "/nowhere")


@pytest.mark.parametrize("path", PATHS)
def test_in_production_browsers_are_to_come_by_https_alone(
    engine: Engine, settings: Settings, path: str
) -> None:
    production = Settings(
        env="production",
        base_url="https://segue.example",
        database_url=settings.database_url,
        secret_key=SecretStr(SECRET),
        media_url=settings.media_url,
    )
    answer = create_app(production, engine=engine).test_client().get(path, base_url="https://segue.example")
    assert answer.headers.getlist("Strict-Transport-Security") == ["max-age=31536000"]


@pytest.mark.parametrize("path", PATHS)
def test_over_http_nothing_is_said_of_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://127.0.0.1:8000")
    assert "Strict-Transport-Security" not in answer.headers


def test_whoever_tries_it_out_by_https_can_go_back(engine: Engine, settings: Settings) -> None:
    tried = settings.model_copy(update={"base_url": "https://segue.example"})
    answer = create_app(tried, engine=engine).test_client().get("/health/live", base_url=tried.base_url)
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/nowhere", "/health/live", "/xapi/about", "/l/00000000-0000-4000-8000-000000000000/threads"]
)
def test_nobody_frames_a_page_without_a_session(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://127.0.0.1:8000")
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize("path", ["/lti/login", "/lti/register"])
def test_a_refusal_can_be_read_in_the_frame_of_an_unknown_platform(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://127.0.0.1:8000")
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors *")


@pytest.mark.parametrize(
    ("host", "status"), [("SEGUE.example", 200), ("segue.Example:443", 200), ("other", 400)]
)
def test_the_host_has_no_case(engine: Engine, settings: Settings, host: str, status: int) -> None:
    there = settings.model_copy(update={"base_url": "https://segue.example"})
    answer = create_app(there, engine=engine).test_client().get("/health/live", headers={"Host": host})
    assert answer.status_code == status


def test_over_https_the_sessions_cookie_has_a_name_that_http_cannot_set(settings: Settings) -> None:
    over_https = settings.model_copy(update={"base_url": "https://segue.example"})
    app = Flask(__name__)
    with app.test_request_context():
        answer = start_session(Response(), launch_id=uuid4(), secret="s", settings=over_https)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Secure-segue_launch=s;")
    assert "Secure" in cookie.split("; ")
