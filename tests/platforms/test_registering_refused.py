"""Platforms that are not registered: a reason in the log, words for the administrator, and no row."""

import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.wrappers import Request, Response

from lti_tool.app import create_app
from lti_tool.core.db import make_sessions, unit_of_work
from lti_tool.core.outbound import OutboundClient, Policy
from lti_tool.platforms.models import Invitation, Registration
from lti_tool.platforms.openid_configuration import may_speak_for, read_configuration
from lti_tool.platforms.registering import RegistrationRequest, register_platform
from lti_tool.platforms.registration_errors import RegistrationRefusedError
from lti_tool.settings import Settings
from tests.conftest import SECRET
from tests.platforms.registrant import (
    PLATFORM_CONFIGURATION,
    SAID,
    TOKEN,
    TOOL,
    TOOL_CONFIGURATION,
    Registrant,
    as_json,
)

Sessions = sessionmaker[Session]
ELSEWHERE = "http://evil.test"
HUGE = Response(SAID * 500_000, mimetype="application/json")


def platform(**changes: Any) -> dict[str, Any]:
    offered = {"product_family_code": "x", "messages_supported": ["LtiResourceLinkRequest"], **changes}
    return {PLATFORM_CONFIGURATION: offered}


def said(status: int = 200, **headers: str) -> Callable[[Request], Response]:
    return lambda _request: Response(f"<p>{SAID}</p>", status, mimetype="text/html", headers=headers)


DESCRIPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "issuer of another host": ({"issuer": ELSEWHERE}, "issuer_elsewhere"),
    "issuer of another port": ({"issuer": "http://127.0.0.1:1"}, "issuer_elsewhere"),
    "issuer with a user": ({"issuer": "http://127.0.0.1@evil.test"}, "issuer_elsewhere"),
    "issuer without a scheme": ({"issuer": "127.0.0.1"}, "issuer_elsewhere"),
    "Canvas' issuer from anywhere": ({"issuer": "https://canvas.instructure.com"}, "issuer_elsewhere"),
    "issuer that is no IRI": ({"issuer": "http://127.0.0.1/{lms}"}, "issuer_elsewhere"),
    "issuer a number": ({"issuer": 7}, "configuration_invalid"),
    "no issuer": ({"issuer": None}, "configuration_invalid"),
    **{
        f"{name} elsewhere": ({name: f"{ELSEWHERE}/x"}, "address_elsewhere")
        for name in (
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "registration_endpoint",
            "authorization_server",
        )
    },
    "an audience at Brightspace": (
        {"authorization_server": "https://api.brightspace.com/auth/token"},
        "address_elsewhere",
    ),
    "an audience of a bare host": ({"authorization_server": "api.brightspace.com"}, "address_elsewhere"),
    "an audience in no host": ({"authorization_server": "urn:somebody"}, "address_elsewhere"),
    "a script for a login address": (
        {"authorization_endpoint": "javascript:alert(1)"},
        "address_elsewhere",
    ),
    **{
        f"no {name}": ({name: None}, "configuration_invalid")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    },
    "ES256 alone": ({"id_token_signing_alg_values_supported": ["ES256"]}, "algorithm_unsupported"),
    "algorithms a word": ({"id_token_signing_alg_values_supported": "RS256"}, "configuration_invalid"),
    "no algorithms": ({"id_token_signing_alg_values_supported": None}, "configuration_invalid"),
    "clients with a password": (
        {"token_endpoint_auth_methods_supported": ["client_secret_basic"]},
        "algorithm_unsupported",
    ),
    "codes alone": ({"response_types_supported": ["code"]}, "algorithm_unsupported"),
    "no LTI platform": ({PLATFORM_CONFIGURATION: None}, "configuration_invalid"),
    "a platform without links": (
        platform(messages_supported=["LtiDeepLinkingRequest"]),
        "message_unsupported",
    ),
    "messages a word": (platform(messages_supported="LtiResourceLinkRequest"), "configuration_invalid"),
}

DESCRIBED_BADLY: dict[str, tuple[Callable[[Request], Response], str]] = {
    "a page": (said(), "configuration_unavailable"),
    "a redirect": (said(302, Location="http://127.0.0.1:1/"), "configuration_unavailable"),
    "an error": (said(500), "configuration_unavailable"),
    "ten megabytes": (lambda _request: HUGE, "configuration_unavailable"),
    "a list": (as_json([]), "configuration_invalid"),
    "deep nesting": (lambda _request: Response("[" * 100_000), "configuration_unavailable"),
}

ANSWERS: dict[str, tuple[Callable[[Request], Response], str]] = {
    "declined": (said(401), "registration_declined"),
    "a bad request": (said(400), "registration_declined"),
    "an error": (said(503), "registration_unavailable"),
    "a redirect": (said(307, Location="http://127.0.0.1:1/"), "registration_unavailable"),
    "ten megabytes": (lambda _request: HUGE, "registration_unavailable"),
    "a page": (said(), "answer_invalid"),
    "a list": (as_json([SAID]), "answer_invalid"),
}

GRANTED: dict[str, dict[str, Any]] = {
    "no client id": {"client_id": None},
    "an empty client id": {"client_id": ""},
    "a long client id": {"client_id": "x" * 256},
    "a client id with a NUL": {"client_id": "a\0b"},
    "a client id that is a number": {"client_id": 7},
    "another tool's redirect address": {"redirect_uris": ["https://other.test/launch"]},
    "another tool's login address": {"initiate_login_uri": "https://other.test/login"},
    "another tool's key set": {"jwks_uri": "https://other.test/jwks"},
    "a client with a password": {"token_endpoint_auth_method": "client_secret_basic"},
    "a deployment that is a number": {TOOL_CONFIGURATION: {"deployment_id": 7}},
    "scopes in a list": {"scope": ["openid"]},
}


def check_refused(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, code: str, **changes: str
) -> None:
    """Refused for this reason, and the invitation serves again as soon as the platform behaves."""
    invitation = registrant.invitation(sessions)
    with capture_logs() as logs:
        refused = registrant.send(client, invitation, **changes)
    assert 400 <= refused.status_code < 600
    assert refused.status_code != 500
    assert [entry["code"] for entry in logs if entry["event"] == "registration_refused"] == [code]
    assert logs[-1]["incident"] in refused.text
    for secret in (SAID, TOKEN, invitation, "evil.test", "other.test"):
        assert secret not in str(logs)
    assert not any(secret in refused.text for secret in (SAID, "evil.test", "other.test"))
    with unit_of_work(sessions) as session:
        assert session.scalars(select(Registration)).all() == []
        assert session.scalars(select(Invitation.claimed_until)).one() is None
    registrant.configuration, registrant.granted = {}, {}
    registrant.describes = registrant.registers = None
    assert registrant.send(client, invitation).status_code == 200


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_what_a_platform_may_not_say_of_itself(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, name: str
) -> None:
    registrant.configuration, code = DESCRIPTIONS[name]
    check_refused(client, registrant, sessions, code)
    assert registrant.asked.count("POST /register") == 1  # the second time, when it behaved


@pytest.mark.parametrize("name", DESCRIBED_BADLY)
def test_a_description_that_is_none(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, name: str
) -> None:
    registrant.describes, code = DESCRIBED_BADLY[name]
    check_refused(client, registrant, sessions, code)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_platform_that_does_not_register_us(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, name: str
) -> None:
    registrant.registers, code = ANSWERS[name]
    check_refused(client, registrant, sessions, code)


@pytest.mark.parametrize("name", GRANTED)
def test_an_answer_about_something_else(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, name: str
) -> None:
    registrant.granted = GRANTED[name]
    check_refused(client, registrant, sessions, "answer_invalid")


def test_a_platform_that_never_answers(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def late(_request: Request) -> Response:
        go_on.wait(10)
        return Response("{}")

    registrant.describes = late
    with monkeypatch.context() as patch:
        patch.setattr("lti_tool.core.outbound.client._DEADLINE", 0.3)
        invitation = registrant.invitation(sessions)
        with capture_logs() as logs:
            refused = registrant.send(client, invitation)
    go_on.set()
    assert (refused.status_code, logs[-1]["code"]) == (502, "configuration_unavailable")
    assert "Try again" in refused.text


REQUESTS: dict[str, tuple[dict[str, str], str]] = {
    "no configuration": ({"openid_configuration": ""}, "request_incomplete"),
    "a script": ({"openid_configuration": "javascript:alert(1)"}, "request_incomplete"),
    "a file": ({"openid_configuration": "file:///etc/passwd"}, "request_incomplete"),
    "a user": ({"openid_configuration": "http://127.0.0.1@evil.test/"}, "request_incomplete"),
    "a line break": ({"openid_configuration": "http://evil.test/\r\nX: y"}, "request_incomplete"),
    "a token with a line break": ({"registration_token": "a\r\nX: y"}, "request_incomplete"),
    "a token in another alphabet": ({"registration_token": "ключ"}, "request_incomplete"),
    "a token without end": ({"registration_token": "x" * 9000}, "request_incomplete"),
    "no invitation": ({"invitation": ""}, "invitation_unknown"),
    "an invented invitation": ({"invitation": "x" * 43}, "invitation_unknown"),
    "an invitation with a NUL": ({"invitation": "a\0b"}, "invitation_unknown"),
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("method", ["open", "send"])
def test_a_link_that_is_none(
    client: FlaskClient, registrant: Registrant, sessions: Sessions, name: str, method: str
) -> None:
    changes, code = REQUESTS[name]
    fields = {"invitation": registrant.invitation(sessions), **changes}
    with capture_logs() as logs:
        refused = getattr(registrant, method)(client, **fields)
    assert refused.status_code in {400, 404}
    assert logs[-1]["code"] == code
    assert registrant.asked == []


def test_a_parameter_twice(client: FlaskClient, registrant: Registrant, sessions: Sessions) -> None:
    fields = {**registrant.fields(registrant.invitation(sessions)), "openid_configuration": ["a", "b"]}
    for method in ("GET", "POST"):
        where = {"query_string": fields} if method == "GET" else {"data": fields}
        answer = client.open("/lti/register", method=method, base_url=TOOL, **where)  # type: ignore[arg-type]
        assert answer.status_code == 400
    assert registrant.asked == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://lms.example/.well-known/openid-configuration", "platform_over_http"),
        ("http://lms.example:8080/.well-known/openid-configuration", "platform_over_http"),
        ("https://lms.example:8443/.well-known/openid-configuration", "platform_port"),
        ("ftp://lms.example/.well-known/openid-configuration", "request_incomplete"),
        ("https://127.0.0.1/.well-known/openid-configuration", "configuration_unavailable"),
        ("https://[::1]/", "configuration_unavailable"),
        ("https://169.254.169.254/latest", "configuration_unavailable"),
        ("https://localhost/", "configuration_unavailable"),
    ],
)
def test_in_production_only_public_places_are_asked(
    engine: Engine,
    registrant: Registrant,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    code: str,
) -> None:
    settings = Settings(
        database_url=database_url,
        secret_key=SecretStr(SECRET),
        env="production",
        base_url="https://segue.example",
    )
    sessions = make_sessions(engine, settings)
    invitation = registrant.invitation(sessions)
    connected: list[object] = []
    monkeypatch.setattr("socket.socket.connect", lambda _socket, address: connected.append(address))
    with pytest.raises(RegistrationRefusedError, match=code):
        register_platform(
            sessions,
            RegistrationRequest(invitation=invitation, openid_configuration=url, registration_token=TOKEN),
        )
    assert connected == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://lms.example/openid", "Your learning platform does not use https"),
        ("https://lms.example:8443/openid", "Your learning platform uses an unusual port"),
        ("javascript:alert(1)", "Copy the whole link, and paste it"),
    ],
)
def test_in_production_the_page_names_the_reason(
    engine: Engine, registrant: Registrant, database_url: str, url: str, words: str
) -> None:
    settings = Settings(
        database_url=database_url,
        secret_key=SecretStr(SECRET),
        env="production",
        base_url="https://segue.example",
    )
    app = create_app(settings, engine=engine)
    invitation = registrant.invitation(make_sessions(engine, settings))
    fields = {"invitation": invitation, "openid_configuration": url, "registration_token": TOKEN}
    client, base = app.test_client(), "https://segue.example"
    for page in (
        client.get("/lti/register", query_string=fields, base_url=base),
        client.post("/lti/register", data=fields, base_url=base),
    ):
        assert page.status_code == 400
        assert words in page.text


@pytest.mark.parametrize(
    "name", ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"]
)
def test_in_production_one_address_over_http_is_the_reason(name: str) -> None:
    """A server that does not know of the proxy before it says http of itself."""
    document = {
        "issuer": "https://lms.example",
        "authorization_endpoint": "https://lms.example/auth",
        "token_endpoint": "https://lms.example/token",
        "jwks_uri": "https://lms.example/jwks",
        "registration_endpoint": "https://lms.example/register",
        "id_token_signing_alg_values_supported": ["RS256"],
        **platform(),
    }
    document[name] = document[name].replace("https:", "http:")
    client = Mock(spec=OutboundClient, fetch_json=Mock(return_value=document))
    with pytest.raises(RegistrationRefusedError, match="platform_over_http"):
        read_configuration(client, "https://lms.example/openid", Policy(), headers={})


CANVAS, SCHOOL = "https://canvas.instructure.com", "https://riverside.brightspace.com"
SPEAKING: dict[tuple[str, str], bool] = {
    ("https://lms.example", "https://lms.example/x"): True,
    ("https://lms.example/moodle", "https://lms.example/moodle/mod/lti/token.php"): True,
    ("https://lms.example", "https://lms.example.evil.test/"): False,
    ("https://lms.example", "https://evil.lms.example/"): False,
    ("https://lms.example", "https://LMS.example/"): True,
    (CANVAS, "https://sso.canvaslms.com/api/lti/authorize_redirect"): True,
    (CANVAS, "https://riverside.instructure.com/api/lti/security/openid-configuration"): True,
    (CANVAS, "https://canvas.riverside.example/api/lti/security/openid-configuration"): False,
    (CANVAS, "https://instructure.com.evil.test/"): False,
    (CANVAS, "https://evilinstructure.com/"): False,
    (CANVAS, "https://a.b.instructure.com/"): False,
    ("https://canvas.beta.instructure.com", "https://sso.beta.canvaslms.com/x"): True,
    ("https://canvas.beta.instructure.com", "https://sso.canvaslms.com/x"): False,
    ("https://evil.instructure.com", "https://sso.canvaslms.com/x"): False,
    (SCHOOL, "https://auth.brightspace.com/core/connect/token"): True,
    (SCHOOL, "https://api.brightspace.com/auth/token"): True,
    (SCHOOL, "https://other.brightspace.com/"): False,
    ("https://brightspace.evil.test", "https://api.brightspace.com/auth/token"): False,
    ("https://evil.test", "https://api.brightspace.com/auth/token"): False,
}


@pytest.mark.parametrize(("issuer", "url"), SPEAKING)
def test_which_addresses_are_an_issuers(issuer: str, url: str) -> None:
    assert may_speak_for(issuer, url, Policy()) is SPEAKING[issuer, url]
