"""A small application that is the record store alone, and clients with credentials for it."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.record_store.credentials import add_credential
from lti_tool.record_store.routes import blueprint
from lti_tool.settings import Settings
from lti_tool.web.body_stream import Request
from lti_tool.web.limits import init_limits
from lti_tool.web.transaction import init_transactions


@pytest.fixture
def store_app(sessions: sessionmaker[Session], settings: Settings) -> Flask:
    app = Flask("record_store_alone")
    app.request_class = Request
    app.extensions["settings"] = settings
    init_transactions(app, sessions)
    app.register_blueprint(blueprint)
    init_limits(app, settings)
    return app


@pytest.fixture
def authorization(sessions: sessionmaker[Session]) -> Callable[..., str]:
    """Makes a credential and returns its Authorization header."""

    def make(*, can_write: bool = True, label: str = "a test") -> str:
        with unit_of_work(sessions) as session:
            username, secret = add_credential(session, label=label, can_write=can_write)
        return "Basic " + b64encode(f"{username}:{secret}".encode()).decode()

    return make


@pytest.fixture
def client_of(store_app: Flask) -> Callable[..., FlaskClient]:
    """A client that sends these headers by itself; give a header None to leave it out."""

    def make(**headers: str | None) -> FlaskClient:
        client = store_app.test_client()
        for name, value in {"X_Experience_API_Version": "1.0.3", **headers}.items():
            if value is not None:
                client.environ_base[f"HTTP_{name.upper()}"] = value
        return client

    return make


@pytest.fixture
def store(client_of: Callable[..., FlaskClient], authorization: Callable[..., str]) -> FlaskClient:
    """Reads and writes, in version 1.0.3."""
    return client_of(Authorization=authorization())


@pytest.fixture
def store_2_0(client_of: Callable[..., FlaskClient], authorization: Callable[..., str]) -> FlaskClient:
    return client_of(Authorization=authorization(), X_Experience_API_Version="2.0.0")


@pytest.fixture
def sample() -> Callable[..., dict[str, Any]]:
    """A valid statement with an id of its own; keyword arguments replace its properties."""

    def make(**properties: Any) -> dict[str, Any]:
        statement = {
            "id": str(uuid4()),
            "actor": {"account": {"homePage": "https://lms.example", "name": "ana"}, "name": "Ana"},
            "verb": {"id": "https://verbs.example/posted", "display": {"en": "posted"}},
            "object": {"id": "https://tool.example/threads/1"},
            "timestamp": "2026-03-01T10:00:00.000Z",
        }
        return {key: value for key, value in (statement | properties).items() if value is not None}

    return make


@pytest.fixture
def put_in(store: FlaskClient, sample: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Stores a sample and returns it."""

    def make(**properties: Any) -> dict[str, Any]:
        statement = sample(**properties)
        answer = store.post("/xapi/statements", json=statement)
        assert answer.status_code == 200, answer.text
        return statement

    return make


@pytest.fixture
def ids(store: FlaskClient) -> Callable[..., list[str]]:
    """The ids that a request lists, in order."""

    def get(**parameters: str) -> list[str]:
        answer = store.get("/xapi/statements", query_string=parameters)
        assert answer.status_code == 200, answer.text
        return [statement["id"] for statement in answer.get_json()["statements"]]

    return get


@pytest.fixture
def void(put_in: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Stores a statement that voids the one with this id."""

    def make(target: str, **properties: Any) -> dict[str, Any]:
        return put_in(
            actor={"mbox": "mailto:admin@example.org"},
            verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
            object={"objectType": "StatementRef", "id": target},
            **properties,
        )

    return make
