"""The configuration for Canvas: whole, and true of this tool."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.launch.origins import origin_of
from lti_tool.platforms.canvas import canvas_configuration
from lti_tool.platforms.service import add_platform
from tests.launch.platform import TOOL

CANVAS = "https://canvas.instructure.com"


@pytest.fixture
def configuration(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/lti/config.json", base_url=TOOL)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    return dict(answer.get_json())


def test_it_has_what_canvas_requires(configuration: dict[str, Any]) -> None:
    for name in ("title", "description", "target_link_uri", "oidc_initiation_url", "public_jwk_url"):
        assert isinstance(configuration[name], str)
        assert configuration[name]
    (extension,) = configuration["extensions"]
    assert extension["platform"] == "canvas.instructure.com"
    assert extension["domain"] == "127.0.0.1"
    assert extension["privacy_level"] == "name_only"
    assert configuration["custom_fields"] == {
        "resource_link_history": "$ResourceLink.id.history",
        "context_history": "$Context.id.history",
    }


def test_an_instructor_finds_it_where_activities_are_added_and_everybody_in_the_menu(
    configuration: dict[str, Any],
) -> None:
    placements = configuration["extensions"][0]["settings"]["placements"]
    assert {placement["placement"]: placement["message_type"] for placement in placements} == {
        "course_navigation": "LtiResourceLinkRequest",
        "link_selection": "LtiDeepLinkingRequest",
        "assignment_selection": "LtiDeepLinkingRequest",
    }
    assert {placement["target_link_uri"] for placement in placements} == {configuration["target_link_uri"]}


def test_it_asks_for_the_services_that_it_uses_and_no_other(configuration: dict[str, Any]) -> None:
    assert set(configuration["scopes"]) == {
        "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
        "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
        "https://purl.imsglobal.org/spec/lti-ags/scope/score",
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
        "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
    }


def test_every_address_is_the_tools_own() -> None:
    text = str({**canvas_configuration("https://segue.test"), "scopes": []})
    assert {origin_of(word) for word in text.split("'") if "://" in word} == {"https://segue.test"}


def test_its_addresses_are_routes(configuration: dict[str, Any], app: Flask) -> None:
    routes = app.url_map.bind("127.0.0.1:8000")
    for name, method, endpoint in (
        ("oidc_initiation_url", "POST", "launch.login"),
        ("target_link_uri", "POST", "launch.launch"),
        ("public_jwk_url", "GET", "launch.jwks"),
    ):
        assert routes.match(urlsplit(configuration[name]).path, method)[0] == endpoint


def test_login_takes_its_target_and_names_it_as_redirect(
    configuration: dict[str, Any], client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with unit_of_work(sessions) as session:
        add_platform(
            session,
            issuer=CANVAS,
            client_id="10000000000001",
            auth_login_url="https://sso.canvaslms.com/api/lti/authorize_redirect",
            auth_token_url="https://sso.canvaslms.com/login/oauth2/token",
            jwks_url="https://sso.canvaslms.com/api/lti/security/jwks",
        )
    page = client.post(
        configuration["oidc_initiation_url"],
        data={
            "iss": CANVAS,
            "login_hint": "x",
            "client_id": "10000000000001",
            "target_link_uri": configuration["target_link_uri"],
        },
    )
    assert page.status_code == 200
    # Canvas makes the target the key's redirect address, and compares exactly.
    assert "redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Flti%2Flaunch" in page.text
    assert configuration["target_link_uri"] == f"{TOOL}/lti/launch"
