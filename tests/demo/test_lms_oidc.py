"""The authorization endpoint: what a launch carries, and each login that is refused."""

from collections.abc import Mapping

import jwt
import pytest
import time_machine
from flask.testing import FlaskClient

from lti_tool.demo.lms import Launch, Lms
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE, Course
from lti_tool.demo.lms.vocabulary import AGS_ENDPOINT, DEEP_LINKING, LTI, NRPS_SERVICE
from tests.demo.tool_stand_in import fields_of

ANA, TOM, YUSUF, PRIYA, INES = PEOPLE


def login_request(lms: Lms, launch: Launch, **changes: str | None) -> dict[str, str]:
    login = lms.login_fields(launch)
    wanted = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": login["client_id"],
        "redirect_uri": login["target_link_uri"],
        "login_hint": login["login_hint"],
        "lti_message_hint": login["lti_message_hint"],
        "nonce": "a-nonce",
        "state": "a-state",
    } | changes
    return {name: value for name, value in wanted.items() if value is not None}


def claims_of(lms: Lms, token: str) -> Mapping[str, object]:
    key = jwt.PyJWK.from_dict(lms.key.jwks()["keys"][0])
    claims: Mapping[str, object] = jwt.decode(
        token, key, algorithms=["RS256"], audience=lms.config.client_id, issuer=lms.config.issuer
    )
    return claims


@pytest.fixture
def launch(course: Course) -> Launch:
    return Launch(person=ANA, course=course, link=course.links[1])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_good_login_is_answered_with_a_signed_launch(
    visitor: FlaskClient, lms: Lms, launch: Launch, method: str
) -> None:
    given = login_request(lms, launch)
    if method == "GET":
        response = visitor.get("/oidc/auth", query_string=given)
    else:
        response = visitor.post("/oidc/auth", data=given)
    assert response.status_code == 200
    assert f'action="{lms.config.tool_launch_url}"' in response.text
    fields = fields_of(response)
    assert fields["state"] == "a-state"
    header = jwt.get_unverified_header(fields["id_token"])
    assert header["kid"] == visitor.get("/jwks.json").get_json()["keys"][0]["kid"]
    claims = claims_of(lms, fields["id_token"])
    assert claims["nonce"] == "a-nonce"
    assert claims["sub"] == ANA.sub
    assert claims["name"] == "Ana Ruiz"
    assert claims[f"{LTI}message_type"] == "LtiResourceLinkRequest"


def test_a_launch_carries_every_claim_of_lti_advantage(lms: Lms, launch: Launch, course: Course) -> None:
    claims = lms.launch_claims(launch, "n")
    assert claims["exp"] - claims["iat"] == 300
    assert claims[f"{LTI}version"] == "1.3.0"
    assert claims[f"{LTI}deployment_id"] == "deployment-1"
    assert claims[f"{LTI}target_link_uri"] == lms.config.tool_launch_url
    assert claims[f"{LTI}resource_link"]["id"] == course.links[1].id
    assert claims[f"{LTI}context"]["id"] == course.context_id
    assert claims[f"{LTI}tool_platform"]["guid"]
    assert claims[f"{LTI}launch_presentation"]["document_target"] == "iframe"
    assert claims[NRPS_SERVICE]["service_versions"] == ["2.0"]
    item_id = next(iter(lms.state.line_items(course)))
    assert claims[AGS_ENDPOINT]["lineitem"].endswith(f"/lineitems/{item_id}")
    assert claims[f"{LTI}custom"] == {"context_history": "", "resource_link_history": ""}


def test_a_copied_course_names_where_its_parts_came_from(lms: Lms) -> None:
    copied = COURSES[1]
    claims = lms.launch_claims(Launch(person=ANA, course=copied, link=copied.links[0]), "n")
    assert claims[f"{LTI}custom"] == {
        "context_history": copied.history[0],
        "resource_link_history": copied.links[0].history[0],
    }
    assert "lineitem" not in claims[AGS_ENDPOINT]


@pytest.mark.parametrize(
    ("person", "role", "other"),
    [
        (ANA, "membership#Learner", "institution/person#Student"),
        (YUSUF, "membership#Learner", "institution/person#Instructor"),
        (PRIYA, "membership/Instructor#TeachingAssistant", "membership#Instructor"),
        (INES, "membership#Instructor", "institution/person#Instructor"),
    ],
)
def test_roles_come_as_full_addresses(
    lms: Lms, course: Course, person: object, role: str, other: str
) -> None:
    assert person in PEOPLE
    launch = Launch(person=PEOPLE[PEOPLE.index(person)], course=course, link=course.links[0])
    roles = lms.launch_claims(launch, "n")[f"{LTI}roles"]
    vocabulary = "http://purl.imsglobal.org/vocab/lis/v2/"
    assert {f"{vocabulary}{role}", f"{vocabulary}{other}"} <= set(roles)


def test_a_deep_linking_launch_has_settings_and_no_resource_link(lms: Lms, course: Course) -> None:
    claims = lms.launch_claims(Launch(person=INES, course=course, link=None), "n")
    settings = claims[f"{DEEP_LINKING}deep_linking_settings"]
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingRequest"
    assert settings["deep_link_return_url"] == lms.config.deep_link_return_url
    assert settings["accept_types"] == ["ltiResourceLink"]
    assert settings["accept_presentation_document_targets"] == ["iframe", "window"]
    assert (settings["accept_multiple"], settings["auto_create"]) == (True, False)
    assert f"{LTI}resource_link" not in claims


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "openid email"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"client_id": "another"}, "unauthorized_client"),
        ({"login_hint": "nobody"}, "login_required"),
        ({"login_hint": TOM.sub}, "login_required"),
        ({"lti_message_hint": "made up"}, "invalid_request"),
        ({"lti_message_hint": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": "n" * 256}, "invalid_request"),
        ({"nonce": "new\nline"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"state": "s" * 5000}, "invalid_request"),
    ],
)
def test_a_bad_login_is_answered_with_an_error_to_the_tool(
    visitor: FlaskClient, lms: Lms, launch: Launch, changes: dict[str, str | None], error: str
) -> None:
    given = login_request(lms, launch, **changes)
    response = visitor.post("/oidc/auth", data=given)
    assert response.status_code == 200
    fields = fields_of(response)
    assert fields["error"] == error
    assert fields["error_description"]
    assert fields.get("state") == given.get("state")
    assert "id_token" not in fields


@pytest.mark.parametrize(
    "redirect_uri", [None, "http://evil.test/lti/launch", "{tool}/lti/launch/", "{tool}/lti/launch?x=1"]
)
def test_an_unregistered_redirect_address_gets_nothing(
    visitor: FlaskClient, lms: Lms, launch: Launch, redirect_uri: str | None
) -> None:
    address = redirect_uri and redirect_uri.format(tool=lms.config.tool_url)
    response = visitor.post("/oidc/auth", data=login_request(lms, launch, redirect_uri=address))
    assert response.status_code == 400
    assert not fields_of(response)


def test_doubled_parameters_are_refused(visitor: FlaskClient, lms: Lms, launch: Launch) -> None:
    given = login_request(lms, launch)
    doubled = visitor.get("/oidc/auth", query_string=[*given.items(), ("nonce", "other")])
    assert fields_of(doubled)["error"] == "invalid_request"
    address = lms.config.tool_launch_url
    redirects = visitor.get("/oidc/auth", query_string=[*given.items(), ("redirect_uri", address)])
    assert redirects.status_code == 400


def test_a_message_hint_counts_once(visitor: FlaskClient, lms: Lms, launch: Launch) -> None:
    given = login_request(lms, launch)
    assert "id_token" in fields_of(visitor.post("/oidc/auth", data=given))
    assert fields_of(visitor.post("/oidc/auth", data=given))["error"] == "invalid_request"


def test_a_message_hint_runs_out(visitor: FlaskClient, lms: Lms, launch: Launch) -> None:
    with time_machine.travel("2026-05-03T09:00:00Z", tick=False) as clock:
        given = login_request(lms, launch)
        clock.shift(301)
        assert fields_of(visitor.post("/oidc/auth", data=given))["error"] == "invalid_request"


def test_signing_takes_bent_claims_and_headers(lms: Lms, launch: Launch) -> None:
    claims = lms.launch_claims(launch, "n") | {"iss": 7}
    token = lms.sign(claims, {"kid": None})
    assert "kid" not in jwt.get_unverified_header(token)
    assert jwt.get_unverified_header(lms.sign(claims, {"kid": "other"}))["kid"] == "other"
