"""Headers that every answer carries, of themselves or not at all."""

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine

from lti_tool.app import create_app
from lti_tool.settings import Settings
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
