"""The token endpoint: a strict reading of RFC 6749 and RFC 7523."""

from typing import Any

import jwt
import pytest
import time_machine
from flask.testing import FlaskClient
from jwt.algorithms import RSAAlgorithm

from lti_tool.demo.lms import Lms
from lti_tool.demo.lms.vocabulary import SCOPE_MEMBERSHIP_READ, SCOPE_SCORE
from tests.demo.tool_stand_in import LocalServer, Tool, new_key

URL = "/oauth2/token"
ROSTER = "/nrps/difficult-conversations/memberships"


def test_a_signed_assertion_gets_a_bearer_token(visitor: FlaskClient, tool: Tool) -> None:
    response = visitor.post(URL, data=tool.token_form(f"{SCOPE_SCORE} {SCOPE_MEMBERSHIP_READ}"))
    answer = response.get_json()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert set(answer["scope"].split()) == {SCOPE_SCORE, SCOPE_MEMBERSHIP_READ}
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert visitor.get(ROSTER, headers=headers).status_code == 200


def test_a_token_runs_out(visitor: FlaskClient, tool: Tool) -> None:
    with time_machine.travel("2026-05-03T09:00:00Z", tick=False) as clock:
        token = visitor.post(URL, data=tool.token_form(SCOPE_MEMBERSHIP_READ)).get_json()["access_token"]
        clock.shift(3601)
        response = visitor.get(ROSTER, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"aud": "http://lms.test"},
        {"aud": ["http://lms.test/oauth2/token", "http://evil.test"]},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 10**12},
        {"exp": float("inf")},
        {"iat": None},
        {"iat": [1]},
        {"iat": 10**11},
        {"jti": None},
        {"jti": 7},
        {"sub": {}},
    ],
)
def test_an_assertion_that_does_not_hold_is_no_client(
    visitor: FlaskClient, tool: Tool, changes: dict[str, Any]
) -> None:
    response = visitor.post(URL, data=tool.token_form(SCOPE_SCORE, **changes))
    assert response.status_code == 401
    assert response.get_json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"client_assertion_type": "other"}, 401, "invalid_client"),
        ({"client_assertion": None}, 401, "invalid_client"),
        ({"client_assertion": "a.b.c"}, 401, "invalid_client"),
        ({"client_assertion": "é"}, 401, "invalid_client"),
        ({"client_id": "another"}, 401, "invalid_client"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"scope": f"{SCOPE_SCORE} everything"}, 400, "invalid_scope"),
        ({"scope": None}, 400, "invalid_scope"),
    ],
)
def test_a_bad_request_is_refused_in_the_words_of_the_rfc(
    visitor: FlaskClient, tool: Tool, changes: dict[str, str | None], status: int, error: str
) -> None:
    form = tool.token_form(SCOPE_SCORE) | changes
    response = visitor.post(URL, data={name: value for name, value in form.items() if value is not None})
    assert (response.status_code, response.get_json()["error"]) == (status, error)


def test_other_media_types_and_doubled_parameters_are_refused(visitor: FlaskClient, tool: Tool) -> None:
    form = tool.token_form(SCOPE_SCORE)
    doubled = {**form, "scope": [SCOPE_SCORE, SCOPE_SCORE]}
    for response in (visitor.post(URL, json=form), visitor.post(URL, data=doubled)):
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")
    assert visitor.get(URL).status_code == 405


def test_an_assertion_counts_once(visitor: FlaskClient, tool: Tool) -> None:
    form = tool.token_form(SCOPE_SCORE)
    assert visitor.post(URL, data=form).status_code == 200
    assert visitor.post(URL, data=form).status_code == 401


def test_only_rs256_under_a_published_key_counts(visitor: FlaskClient, tool: Tool) -> None:
    claims = tool.assertion()
    public = RSAAlgorithm.to_jwk(tool.key.public_key(), as_dict=True)
    forged = {
        "no kid": tool.sign(claims, {"kid": None}),
        "unknown kid": tool.sign(claims, {"kid": "other"}),
        "no signature": jwt.encode(claims, "", algorithm="none", headers={"kid": tool.kid}),
        "shared secret": jwt.encode(claims, public["n"], algorithm="HS256", headers={"kid": tool.kid}),
        "RS512": jwt.encode(claims, tool.key, algorithm="RS512", headers={"kid": tool.kid}),
        "another's key": jwt.encode(claims, new_key(), algorithm="RS256", headers={"kid": tool.kid}),
    }
    for name, assertion in forged.items():
        form = tool.token_form(SCOPE_SCORE) | {"client_assertion": assertion}
        assert visitor.post(URL, data=form).status_code == 401, name


def test_keys_are_cached_and_fetched_again_for_an_unknown_kid(
    visitor: FlaskClient, tool: Tool, server: LocalServer
) -> None:
    for _ in range(3):
        assert visitor.post(URL, data=tool.token_form(SCOPE_SCORE)).status_code == 200
    assert len(server.asked) == 1
    tool.use(new_key(), "tool-2")
    assert visitor.post(URL, data=tool.token_form(SCOPE_SCORE)).status_code == 200
    assert len(server.asked) == 2
    tool.kid = "never published"
    assert visitor.post(URL, data=tool.token_form(SCOPE_SCORE)).status_code == 401
    assert len(server.asked) == 3


def test_the_key_cache_runs_out(visitor: FlaskClient, tool: Tool, server: LocalServer) -> None:
    with time_machine.travel("2026-05-03T09:00:00Z", tick=False) as clock:
        visitor.post(URL, data=tool.token_form(SCOPE_SCORE))
        clock.shift(61)
        visitor.post(URL, data=tool.token_form(SCOPE_SCORE))
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (500, "text/html", b"<h1>Oh no</h1>"),
        (200, "application/json", b"not json"),
        (200, "application/json", b"[]"),
        (200, "application/json", b'{"keys": 1}'),
        (200, "application/json", b'{"keys": [1, {"kty": "oct", "kid": "tool-1"}]}'),
        (200, "application/json", b'{"keys": [{"kty": "RSA", "kid": "tool-1", "n": 1, "e": []}]}'),
        (200, "application/json", b'{"keys": [{"kty": "RSA", "kid": "tool-1", "use": "enc"}]}'),
        (302, "text/html", b"http://127.0.0.1:1/elsewhere"),
    ],
)
def test_a_broken_key_set_refuses_and_does_not_fail(
    visitor: FlaskClient, tool: Tool, server: LocalServer, answer: tuple[int, str, bytes]
) -> None:
    server.answers["/lti/jwks.json"] = answer
    response = visitor.post(URL, data=tool.token_form(SCOPE_SCORE))
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")


def test_a_tool_that_is_down_is_no_client(lms: Lms, visitor: FlaskClient, tool: Tool) -> None:
    lms.tool_keys._url = "http://127.0.0.1:1/lti/jwks.json"
    response = visitor.post(URL, data=tool.token_form(SCOPE_SCORE))
    assert response.status_code == 401
    assert "cannot be fetched" in response.get_json()["error_description"]
