"""A demo LMS that trusts a stand-in for the tool."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.demo.lms import Lms, LmsConfig, create_lms
from lti_tool.demo.lms.catalogue import COURSES, Course
from lti_tool.demo.lms.files import write_private
from tests.demo.tool_stand_in import CLIENT_ID, ISSUER, LocalServer, Tool, new_key


@pytest.fixture(scope="session")
def tool_key() -> rsa.RSAPrivateKey:
    return new_key()


@pytest.fixture
def server() -> Iterator[LocalServer]:
    server = LocalServer()
    yield server
    server.close()


@pytest.fixture
def tool(server: LocalServer, tool_key: rsa.RSAPrivateKey) -> Tool:
    return Tool(server, tool_key)


@pytest.fixture
def lms_config(server: LocalServer, tmp_path: Path, lms_pem: bytes) -> LmsConfig:
    write_private(tmp_path / "lms" / "lms-signing-key.pem", lms_pem)
    return LmsConfig(
        issuer=ISSUER,
        tool_url=server.url,
        data_dir=tmp_path / "lms",
        client_id=CLIENT_ID,
        deployment_id="deployment-1",
        records_url=f"{server.url}/xapi",
        records_username="analyst",
        records_password="read only",
    )


@pytest.fixture
def lms_app(lms_config: LmsConfig) -> Flask:
    return create_lms(lms_config)


@pytest.fixture
def lms(lms_app: Flask) -> Lms:
    lms: Lms = lms_app.extensions["lms"]
    return lms


@pytest.fixture
def visitor(lms_app: Flask) -> FlaskClient:
    return lms_app.test_client()


@pytest.fixture
def bearer(lms: Lms) -> Callable[..., dict[str, str]]:
    """Headers with a token for the scopes."""
    return lambda *scopes: {"Authorization": f"Bearer {lms.access_tokens.issue(frozenset(scopes))}"}


@pytest.fixture
def course() -> Course:
    return COURSES[0]
