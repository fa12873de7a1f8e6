"""Launches that are refused: each with its reason in the log, a page for the person, and no row."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from lti_tool.core.db import unit_of_work
from lti_tool.launch.models import Launch, LaunchAttempt
from lti_tool.people.models import Person
from lti_tool.platforms.service import add_platform, set_active
from lti_tool.statements.models import StatementRow
from tests.launch.platform import TOOL, Platform, landed

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
NOW = "now"
GONE = object()


def _at(seconds: int) -> tuple[str, int]:
    return (NOW, seconds)


# Numbers in brackets: reference lti.md, section 2.
BENT: dict[str, tuple[dict[str, Any], str]] = {
    "version 11.3 [3]": ({LTI + "version": "11.3"}, "message_invalid"),
    "no version [4]": ({LTI + "version": GONE}, "claims_invalid"),
    "several claims missing [6]": (
        {"iss": GONE, "aud": GONE, "sub": GONE, LTI + "deployment_id": GONE, LTI + "roles": GONE},
        "claim_missing",
    ),
    "ancient times [7]": ({"iat": 11111, "exp": 22222}, "token_expired"),
    "no message type [8]": ({LTI + "message_type": GONE}, "message_type_missing"),
    "no roles claim [9]": ({LTI + "roles": GONE}, "claims_invalid"),
    "no deployment [10]": ({LTI + "deployment_id": GONE}, "claims_invalid"),
    "no resource link [11]": ({LTI + "resource_link": GONE}, "claims_invalid"),
    "no sub [11b]": ({"sub": GONE}, "claim_missing"),
    "wrong audience [12]": ({"aud": "other"}, "audience_wrong"),
    "list of wrong audiences [13]": ({"aud": ["a", "b"]}, "audience_wrong"),
    "audiences with a foreign azp [14]": ({"aud": ["segue", "evil"], "azp": "evil"}, "azp_wrong"),
    "unknown nonce [18]": ({"nonce": "invented"}, "nonce_mismatch"),
    "nonce of a wrong type": ({"nonce": 7}, "nonce_mismatch"),
    "unknown deployment [19]": ({LTI + "deployment_id": "other"}, "deployment_differs_from_login"),
    "no exp [27]": ({"exp": GONE}, "claim_missing"),
    "expired past the leeway [28]": ({"exp": _at(-90), "iat": _at(-300)}, "token_expired"),
    "no iat [29]": ({"iat": GONE}, "claim_missing"),
    "old iat with exp ahead [29]": ({"iat": _at(-3000), "exp": _at(300)}, "token_too_old"),
    "iat far ahead [29]": ({"iat": _at(3600), "exp": _at(7000)}, "token_from_the_future"),
    "nbf ahead [30]": ({"nbf": _at(3600)}, "token_from_the_future"),
    "a life of ten years": ({"exp": _at(10 * 365 * 86400)}, "token_lives_too_long"),
    "audiences without azp [32]": ({"aud": ["segue", "other"]}, "azp_missing"),
    "single audience with a foreign azp [33]": ({"azp": "evil"}, "azp_wrong"),
    "issuer of somebody else": ({"iss": "https://evil.test"}, "issuer_wrong"),
    "no target [43]": ({LTI + "target_link_uri": GONE}, "claims_invalid"),
    "target elsewhere [43]": ({LTI + "target_link_uri": "https://evil.test/"}, "target_differs_from_login"),
    "target not the login's [43]": ({LTI + "target_link_uri": f"{TOOL}/other"}, "target_differs_from_login"),
    "roles a string [44]": ({LTI + "roles": "Learner"}, "claims_invalid"),
    "roles null [44]": ({LTI + "roles": None}, "claims_invalid"),
    "roles of numbers": ({LTI + "roles": [1]}, "claims_invalid"),
    "resource link without id [45]": ({LTI + "resource_link": {"title": "x"}}, "claims_invalid"),
    "resource link with an empty id [45]": ({LTI + "resource_link": {"id": ""}}, "claims_invalid"),
    "resource link with a long id [45]": ({LTI + "resource_link": {"id": "x" * 256}}, "claims_invalid"),
    "resource link a string": ({LTI + "resource_link": "x"}, "claims_invalid"),
    "deployment a number [46]": ({LTI + "deployment_id": 1}, "claims_invalid"),
    "context a list [46]": ({LTI + "context": ["x"]}, "claims_invalid"),
    "context without id": ({LTI + "context": {"title": "x"}}, "claims_invalid"),
    "custom a string [46]": ({LTI + "custom": "x"}, "claims_invalid"),
    "name a number": ({"name": 7}, "claims_invalid"),
    "unknown message type [47]": ({LTI + "message_type": "LtiPartyRequest"}, "message_type_unsupported"),
    "message type a list": ({LTI + "message_type": ["LtiResourceLinkRequest"]}, "message_type_unsupported"),
    "a message of another type's name": ({LTI + "message_type": "LtiDeepLinkingRequest"}, "claims_invalid"),
    "empty sub": ({"sub": ""}, "claims_invalid"),
    "sub with a NUL": ({"sub": "a\x00b"}, "claims_invalid"),
    "sub with half a character": ({"sub": "a\ud800"}, "claims_invalid"),
    "long sub": ({"sub": "x" * 256}, "claims_invalid"),
    "sub a number": ({"sub": 7}, "token_malformed"),
    "exp a word": ({"exp": "soon"}, "token_malformed"),
    "exp true": ({"exp": True}, "token_expired"),
    "exp without end": ({"exp": 10**400}, "token_lives_too_long"),
}  # fmt: skip


def _bent(platform: Platform, asked: dict[str, str], changes: dict[str, Any]) -> str:
    claims = platform.claims(asked)
    now = claims["iat"]
    for name, value in changes.items():
        if value is GONE:
            claims.pop(name, None)
        else:
            claims[name] = now + value[1] if isinstance(value, tuple) else value
    return platform.lms.sign(claims)


def _refuse(client: FlaskClient, platform: Platform, session: Session, *, state: str, token: str) -> str:
    """Post it; nothing must come of it. The reason from the log."""
    with capture_logs() as logs:
        answer = platform.post(client, state, token)
    assert 400 <= answer.status_code < 500, answer.text
    assert "The activity could not be opened" in answer.text
    assert not [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("segue_launch")]
    for model in (Launch, Person, StatementRow):
        assert session.scalar(select(func.count()).select_from(model)) == 0
    written = json.dumps(logs)
    for secret in (state, token):
        assert not secret or secret not in written
    refusals = [entry for entry in logs if entry["event"] == "launch_refused"]
    assert len(refusals) == 1
    assert refusals[0]["incident"] in answer.text
    return str(refusals[0]["code"])


@pytest.mark.parametrize("name", BENT)
def test_bent_claims(client: FlaskClient, platform: Platform, session: Session, name: str) -> None:
    changes, code = BENT[name]
    asked = platform.start(client)
    token = _bent(platform, asked, changes)
    assert _refuse(client, platform, session, state=asked["state"], token=token) == code
    # The attempt is not used up by what was refused: the true token still gets in.
    assert landed(platform.post(client, asked["state"], platform.lms.sign(platform.claims(asked))))


def _encode(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _public_pem(platform: Platform) -> bytes:
    key = jwt.PyJWK(platform.lms.key.jwks()["keys"][0]).key
    return bytes(
        key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _hs256_with_public_pem(platform: Platform, claims: dict[str, Any]) -> str:
    head = {"alg": "HS256", "typ": "JWT", "kid": platform.lms.key.jwks()["keys"][0]["kid"]}
    signed = f"{_encode(head)}.{_encode(claims)}"
    mac = hmac.new(_public_pem(platform), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _another_key(platform: Platform, claims: dict[str, Any]) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, key, "RS256", headers={"kid": platform.lms.key.jwks()["keys"][0]["kid"]})


def _embedded_key(platform: Platform, claims: dict[str, Any]) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    headers = {"kid": platform.lms.key.jwks()["keys"][0]["kid"], "jwk": jwk, "jku": "https://evil.test/jwks"}
    return jwt.encode(claims, key, "RS256", headers=headers)


Forge = Callable[[Platform, dict[str, Any]], str]

NO_ALGORITHM = {"alg": "none", "kid": "x"}

FORGED: dict[str, tuple[Forge, str]] = {
    "no kid [1]": (lambda p, c: p.lms.sign(c, {"kid": None}), "kid_missing"),
    "unknown kid [2]": (lambda p, c: p.lms.sign(c, {"kid": "other"}), "kid_unknown"),
    "not a message [5]": (lambda p, _: p.lms.sign({"name": "badltilaunch"}), "claim_missing"),
    "two parts [16]": (lambda p, c: ".".join(p.lms.sign(c).split(".")[:2]), "token_malformed"),
    "five parts": (lambda p, c: p.lms.sign(c) + ".a.b", "token_malformed"),
    "not base64 [16]": (lambda _p, _c: "a.b.c", "token_malformed"),
    "header a list": (lambda _p, c: f"{_encode([])}.{_encode(c)}.x", "token_malformed"),
    "header null": (lambda _p, c: f"{_encode(None)}.{_encode(c)}.x", "token_malformed"),
    "body a list": (lambda p, _: _signed_raw(p, b"[]"), "token_malformed"),
    "body null": (lambda p, _: _signed_raw(p, b"null"), "token_malformed"),
    "body nested beyond measure": (lambda p, _: _signed_raw(p, b"[" * 20_000), "token_malformed"),
    "signature altered [17]": (lambda p, c: p.lms.sign(c)[:-8] + "AAAAAAAA", "signature_wrong"),
    "no signature": (lambda p, c: p.lms.sign(c).rpartition(".")[0] + ".", "signature_wrong"),
    "alg none [20]": (lambda _, c: f"{_encode(NO_ALGORITHM)}.{_encode(c)}.", "algorithm_not_allowed"),
    "HS256 with the public key [21]": (_hs256_with_public_pem, "algorithm_not_allowed"),
    "RS512 in the header [23]": (lambda p, c: p.lms.sign(c, {"alg": "RS512"}), "algorithm_not_allowed"),
    "another key [security 17]": (_another_key, "signature_wrong"),
    "a key in the header [26]": (_embedded_key, "signature_wrong"),
    "critical header": (lambda p, c: p.lms.sign(c, {"crit": ["x"], "x": 1}), "token_malformed"),
    "too large": (lambda p, c: p.lms.sign({**c, "filler": "x" * 70_000}), "token_malformed"),
    "empty": (lambda _p, _c: "", "launch_incomplete"),
}  # fmt: skip


def _signed_raw(platform: Platform, payload: bytes) -> str:
    head = platform.lms.sign({}).split(".")[0]
    body = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    pem = platform.lms.config.data_dir / "lms-signing-key.pem"
    key = serialization.load_pem_private_key(pem.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(
        f"{head}.{body}".encode(), key
    )
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("name", FORGED)
def test_forged_tokens(client: FlaskClient, platform: Platform, session: Session, name: str) -> None:
    forge, code = FORGED[name]
    asked = platform.start(client)
    token = forge(platform, platform.claims(asked))
    assert _refuse(client, platform, session, state=asked["state"], token=token) == code


def _without_use(platform: Platform, **changes: Any) -> dict[str, Any]:
    return {"keys": [{**platform.lms.key.jwks()["keys"][0], **changes}]}


KEY_SETS: dict[str, Callable[[Platform], object]] = {
    "a symmetric key [22]": lambda p: _without_use(p, kty="oct", k="c2VjcmV0"),
    "an encryption key [24]": lambda p: _without_use(p, use="enc"),
    "two keys with one id [25]": lambda p: {"keys": p.lms.key.jwks()["keys"] * 2},
    "another algorithm": lambda p: _without_use(p, alg="RS512"),
    "a modulus that is none": lambda p: _without_use(p, n="!!"),
    "no keys": lambda _: {"keys": []},
    "keys that are no objects": lambda _: {"keys": [1, None, "x"]},
}


@pytest.mark.parametrize("name", KEY_SETS)
def test_key_sets_without_a_usable_key(
    client: FlaskClient, platform: Platform, session: Session, name: str
) -> None:
    platform.publish(KEY_SETS[name](platform))
    asked = platform.start(client)
    token = platform.lms.sign(platform.claims(asked))
    assert _refuse(client, platform, session, state=asked["state"], token=token) == "kid_unknown"


UNREADABLE: dict[str, tuple[int, str, bytes]] = {
    "an error [52]": (500, "text/plain", b""),
    "a page [52]": (200, "text/html", b"<html>"),
    "a list": (200, "application/json", b"[]"),
    "keys a word": (200, "application/json", b'{"keys": "x"}'),
    "no keys member": (200, "application/json", b"{}"),
    "ten megabytes [52]": (200, "application/json", b" " * 10_000_000),
    "a redirect into the network [52]": (302, "text/plain", b"http://127.0.0.1:1/"),
    "nested beyond measure": (200, "application/json", b"[" * 100_000),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_platforms_whose_keys_cannot_be_read(
    client: FlaskClient, platform: Platform, session: Session, name: str
) -> None:
    platform.server.answers["/jwks.json"] = UNREADABLE[name]
    asked = platform.start(client)
    answer = platform.post(client, asked["state"], platform.lms.sign(platform.claims(asked)))
    assert answer.status_code == 503
    assert "Try again in a few minutes" in answer.text
    assert session.scalar(select(func.count()).select_from(Launch)) == 0


def test_replay(client: FlaskClient, platform: Platform, session: Session) -> None:
    asked = platform.start(client)
    token = platform.lms.sign(platform.claims(asked))
    assert landed(platform.post(client, asked["state"], token))
    with capture_logs() as logs:
        assert platform.post(client, asked["state"], token).status_code == 400
    assert logs[-1]["code"] == "state_used"
    assert session.scalar(select(func.count()).select_from(Launch)) == 1


def test_a_browser_with_another_cookie(client: FlaskClient, platform: Platform, session: Session) -> None:
    asked = platform.start(client)
    name = next(iter((client._cookies or {}).values())).key
    client.set_cookie(name, "somebody else's", domain="127.0.0.1")
    token = platform.lms.sign(platform.claims(asked))
    assert _refuse(client, platform, session, state=asked["state"], token=token) == "browser_differs"


def test_nonce_of_another_state(client: FlaskClient, platform: Platform, session: Session) -> None:
    one, two = platform.start(client), platform.start(client)
    token = platform.lms.sign(platform.claims(two))
    assert _refuse(client, platform, session, state=one["state"], token=token) == "nonce_mismatch"


def test_unknown_state(client: FlaskClient, platform: Platform, session: Session) -> None:
    token = platform.lms.sign(platform.claims(platform.start(client)))
    assert _refuse(client, platform, session, state="invented", token=token) == "state_unknown"


def test_expired_state(client: FlaskClient, platform: Platform, session: Session) -> None:
    asked = platform.start(client)
    attempt = session.scalars(select(LaunchAttempt)).one()
    attempt.expires_at = attempt.created_at
    session.commit()
    token = platform.lms.sign(platform.claims(asked))
    assert _refuse(client, platform, session, state=asked["state"], token=token) == "state_expired"


def test_mix_up_of_two_platforms(
    app: Flask, client: FlaskClient, platform: Platform, session: Session, sessions: Any
) -> None:
    """A login at another registered platform, answered with a token of this one."""
    with unit_of_work(sessions) as writing:
        add_platform(
            writing,
            issuer="https://other.test",
            client_id="segue",
            auth_login_url="https://other.test/auth",
            auth_token_url="https://other.test/token",
            jwks_url=platform.lms.config.jwks_url,
            deployment_ids=["deployment-1"],
        )
    asked = platform.start(client, iss="https://other.test")
    token = platform.lms.sign(platform.claims(asked))
    assert _refuse(client, platform, session, state=asked["state"], token=token) == "issuer_wrong"


def test_a_deployment_nobody_registered(client: FlaskClient, platform: Platform, session: Session) -> None:
    asked = platform.start(client, lti_deployment_id=None)
    claims = {**platform.claims(asked), LTI + "deployment_id": "other"}
    token = platform.lms.sign(claims)
    assert _refuse(client, platform, session, state=asked["state"], token=token) == "deployment_pending"


def test_a_disabled_registration_lets_nobody_in_and_ends_sessions(
    client: FlaskClient, platform: Platform, sessions: Any
) -> None:
    inside = landed(platform.launch(client))
    asked = platform.start(client)
    with unit_of_work(sessions) as session:
        set_active(session, issuer=platform.lms.config.issuer, client_id="segue", active=False)
    assert platform.login(client).status_code == 400
    assert platform.post(client, asked["state"], platform.lms.sign(platform.claims(asked))).status_code == 400
    assert client.get(inside, base_url=TOOL).status_code == 401


LOGINS: dict[str, tuple[dict[str, str | None], str]] = {
    "no issuer [55]": ({"iss": None}, "login_without_iss"),
    "no login hint [55]": ({"login_hint": None}, "login_without_login_hint"),
    "no target [55]": ({"target_link_uri": None}, "login_without_target_link_uri"),
    "unknown issuer [55]": ({"iss": "https://evil.test"}, "registration_unknown"),
    "unknown client [40]": ({"client_id": "other"}, "registration_unknown"),
    "target elsewhere [56]": ({"target_link_uri": "https://evil.test/"}, "target_not_ours"),
    "target without scheme": ({"target_link_uri": "//127.0.0.1:8000/"}, "target_not_ours"),
    "target with a user": ({"target_link_uri": "http://127.0.0.1:8000@evil.test/"}, "target_not_ours"),
    "target with another user": ({"target_link_uri": "http://evil@127.0.0.1:8000/"}, "target_not_ours"),
    "target with backslashes": ({"target_link_uri": "http://127.0.0.1:8000\\@evil.test/"}, "target_not_ours"),
    "target a script": ({"target_link_uri": "javascript:alert(1)"}, "target_not_ours"),
    "target of a longer host": ({"target_link_uri": f"{TOOL}.evil.test/"}, "target_not_ours"),
    "target that can't be read": ({"target_link_uri": "http://[::1"}, "target_not_ours"),
    "a line break": ({"login_hint": "a\x00b"}, "login_parameter_malformed"),
    "a long hint": ({"lti_message_hint": "x" * 5000}, "login_parameter_malformed"),
}


@pytest.mark.parametrize("name", LOGINS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bad_logins(
    client: FlaskClient, platform: Platform, session: Session, name: str, method: str
) -> None:
    changes, code = LOGINS[name]
    from tests.launch.platform import DEFAULT

    fields = {k: v for k, v in {**platform.lms.login_fields(DEFAULT), **changes}.items() if v is not None}
    where = {"query_string": fields} if method == "GET" else {"data": fields}
    with capture_logs() as logs:
        answer = client.open("/lti/login", method=method, base_url=TOOL, **where)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert answer.location is None
    assert logs[-1]["code"] == code
    assert session.scalar(select(func.count()).select_from(LaunchAttempt)) == 0


def test_an_issuer_with_two_clients_needs_a_client_id(
    client: FlaskClient, platform: Platform, sessions: Any
) -> None:
    assert platform.login(client, client_id=None).status_code == 200
    config = platform.lms.config
    with unit_of_work(sessions) as session:
        add_platform(
            session,
            issuer=config.issuer,
            client_id="second",
            auth_login_url=config.auth_url,
            auth_token_url=config.token_url,
            jwks_url=config.jwks_url,
        )
    assert platform.login(client, client_id=None).status_code == 400


@pytest.mark.parametrize("field", ["state", "id_token"])
def test_a_repeated_parameter(client: FlaskClient, platform: Platform, session: Session, field: str) -> None:
    asked = platform.start(client)
    data = {"state": [asked["state"]], "id_token": [platform.lms.sign(platform.claims(asked))]}
    data[field].append(data[field][0])
    assert client.post("/lti/launch", data=data, base_url=TOOL).status_code == 400


def test_a_token_in_the_address(client: FlaskClient, platform: Platform) -> None:
    asked = platform.start(client)
    query = {"state": asked["state"], "id_token": platform.lms.sign(platform.claims(asked))}
    assert client.get("/lti/launch", query_string=query, base_url=TOOL).status_code == 405


def test_the_platform_says_no(client: FlaskClient, platform: Platform) -> None:
    asked = platform.start(client)
    data = {"state": asked["state"], "error": "login_required", "error_description": "<b>secret</b>"}
    answer = client.post("/lti/launch", data=data, base_url=TOOL)
    assert answer.status_code == 400
    assert "secret" not in answer.text
    assert "open the activity again" in answer.text


def test_a_megabyte_is_too_much(client: FlaskClient) -> None:
    answer = client.post("/lti/launch", data={"state": "x", "id_token": "x" * 1_100_000}, base_url=TOOL)
    assert answer.status_code == 413


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    assert client.get("/lti/jwks.json", base_url="http://evil.test").status_code == 400
