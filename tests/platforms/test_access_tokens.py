"""Access tokens: signed for, kept sealed for a registration and its scopes, never used to the end."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms.vocabulary import SCOPE_MEMBERSHIP_READ, SCOPE_SCORE
from lti_tool.platforms.access_tokens import access_token
from lti_tool.platforms.errors import ServiceRefusedError, ServiceUnavailableError
from lti_tool.platforms.models import AccessToken, Registration
from lti_tool.platforms.service import add_platform
from tests.served_lms import ServedLms
from tests.servers import Counterpart, serving

TOKEN_PATH = "/oauth2/token"
ROSTER = (SCOPE_MEMBERSHIP_READ,)
Sessions = sessionmaker[Session]


def get(lms: ServedLms, *scopes: str, refused: str | None = None) -> str:
    return access_token(lms.sessions, lms.registration_id, scopes or ROSTER, refused=refused)


def answering(document: dict[str, Any], status: int = 200) -> Callable[[Request], Response]:
    return lambda _request: Response(json.dumps(document), status=status, mimetype="application/json")


def test_a_platform_that_reads_strictly_gives_one(lms: ServedLms) -> None:
    granted = lms.lms.access_tokens.scopes(get(lms))
    assert granted == frozenset({SCOPE_MEMBERSHIP_READ})


def test_it_is_asked_for_once_and_kept_sealed(lms: ServedLms, session: Session) -> None:
    token = get(lms)
    assert [get(lms) for _ in range(3)] == [token] * 3
    assert len(lms.asked(TOKEN_PATH)) == 1
    row = session.scalars(select(AccessToken)).one()
    assert token not in row.token_sealed
    assert timedelta(minutes=59) < row.expires_at - datetime.now(UTC) <= timedelta(hours=1)


def test_each_set_of_scopes_has_its_own(lms: ServedLms) -> None:
    """Asking for more than a call needs would fail where one of them is not granted."""
    roster, both = get(lms), get(lms, SCOPE_SCORE, SCOPE_MEMBERSHIP_READ)
    assert get(lms, SCOPE_MEMBERSHIP_READ, SCOPE_SCORE, SCOPE_SCORE) == both != roster
    asked = [request.form["scope"] for request in lms.asked(TOKEN_PATH)]
    assert asked == [SCOPE_MEMBERSHIP_READ, " ".join(sorted((SCOPE_SCORE, SCOPE_MEMBERSHIP_READ)))]


def test_each_registration_has_its_own_at_one_token_address(lms: ServedLms) -> None:
    """As at a hosted LMS, where all tenants have one issuer and one address."""
    config = lms.lms.config
    first = get(lms)
    with unit_of_work(lms.sessions) as session:
        other = add_platform(
            session,
            issuer=config.issuer,
            client_id="another",
            auth_login_url=config.auth_url,
            auth_token_url=config.token_url,
            jwks_url=config.jwks_url,
        ).id
    lms.server.answer = answering({"access_token": "of-the-other", "token_type": "bearer", "expires_in": 60})
    assert access_token(lms.sessions, other, ROSTER) == "of-the-other"
    assert get(lms) == first


def test_it_is_not_used_in_its_last_minute(lms: ServedLms) -> None:
    begun = datetime.now(UTC)
    with time_machine.travel(begun):
        first = get(lms)
    with time_machine.travel(begun + timedelta(minutes=58, seconds=30)):
        assert get(lms) == first
    with time_machine.travel(begun + timedelta(minutes=59, seconds=30)):
        assert get(lms) != first


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (3600, 3600),
        ("3600", 3600),
        (7200.5, 3600),
        (10**400, 300),
        (float("inf"), 300),
        (float("nan"), 300),
        ("soon", 300),
        (None, 300),
        ([], 300),
        (0, 0),
        (-5, 0),
    ],
)
def test_how_long_it_is_good_is_bounded(
    lms: ServedLms, session: Session, told: object, seconds: float
) -> None:
    lms.server.answer = answering({"access_token": "t", "token_type": "Bearer", "expires_in": told})
    with time_machine.travel(datetime.now(UTC), tick=False):
        assert get(lms) == "t"
        left = session.scalars(select(AccessToken.expires_at)).one() - datetime.now(UTC)
    assert left == timedelta(seconds=seconds)


def test_twenty_at_once_make_one_request(lms: ServedLms) -> None:
    gate = threading.Barrier(20)

    def one(_: int) -> str:
        gate.wait(10)
        return get(lms)

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(one, range(20)))) == 1
    assert len(lms.asked(TOKEN_PATH)) == 1


def test_a_refused_one_is_replaced_once_for_all(lms: ServedLms) -> None:
    refused = get(lms)
    fresh = get(lms, refused=refused)
    assert fresh != refused
    assert get(lms, refused=refused) == fresh
    assert len(lms.asked(TOKEN_PATH)) == 2


@pytest.mark.parametrize("audience", [None, "https://api.brightspace.com/auth/token"])
def test_the_assertion_says_who_asks_whom_for_how_long(lms: ServedLms, audience: str | None) -> None:
    with unit_of_work(lms.sessions) as session:
        session.execute(update(Registration).values(auth_audience=audience))
    lms.server.answer = answering({"access_token": "t", "token_type": "Bearer", "expires_in": 60})
    get(lms)
    get(lms)
    claims: list[dict[str, Any]] = [
        jwt.decode(request.form["client_assertion"], options={"verify_signature": False})
        for request in lms.asked(TOKEN_PATH)
    ]
    for one in claims:
        assert one["iss"] == one["sub"] == "segue"
        assert one["aud"] == (audience or lms.lms.config.token_url)
        assert 0 < one["exp"] - one["iat"] <= 300
    assert claims[0]["jti"] != claims[1]["jti"]
    assert lms.asked(TOKEN_PATH)[0].headers["User-Agent"].startswith("Segue")


@pytest.mark.parametrize(
    ("document", "status", "reason"),
    [
        ({"error": "invalid_scope"}, 400, "token_invalid_scope"),
        ({"error": "invalid_client"}, 401, "token_invalid_client"),
        ({"error": "<b>Ana Ruiz</b>"}, 400, "token_refused"),
        ({"error": ["x"]}, 400, "token_refused"),
        ({}, 404, "answered_404"),
    ],
)
def test_a_refusal_says_why_in_a_word(
    lms: ServedLms, document: dict[str, Any], status: int, reason: str
) -> None:
    lms.server.answer = answering(document, status)
    with pytest.raises(ServiceRefusedError) as refused:
        get(lms)
    assert (refused.value.status, refused.value.reason) == (status, reason)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "a\r\nX-Evil: 1"},
        {"access_token": "a" * 9000},
        {"access_token": "t", "token_type": "mac"},
    ],
)
def test_what_is_no_bearer_token_is_not_used(
    lms: ServedLms, session: Session, document: dict[str, Any]
) -> None:
    lms.server.answer = answering(document)
    with pytest.raises(ServiceUnavailableError, match="token_unreadable"):
        get(lms)
    assert session.scalars(select(AccessToken)).all() == []


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_busy_platform_is_asked_again_later(lms: ServedLms, status: int) -> None:
    lms.server.answer = lambda _: Response("busy", status=status, headers={"Retry-After": "90"})
    with pytest.raises(ServiceUnavailableError) as unavailable:
        get(lms)
    assert unavailable.value.retry_after == 90


def test_a_redirect_is_not_followed_with_our_assertion(lms: ServedLms) -> None:
    elsewhere = Counterpart()
    with serving(elsewhere) as url:
        lms.server.answer = lambda _: Response(status=307, headers={"Location": f"{url}/token"})
        with pytest.raises(ServiceUnavailableError, match="token_redirected"):
            get(lms)
    assert elsewhere.requests == []


def test_a_registration_that_was_stopped_asks_nothing(lms: ServedLms) -> None:
    get(lms)
    with unit_of_work(lms.sessions) as session:
        session.execute(update(Registration).values(active=False))
    with pytest.raises(ServiceRefusedError, match="registration_inactive"):
        get(lms)
    assert len(lms.asked(TOKEN_PATH)) == 1


def test_no_log_line_and_no_error_has_a_secret(
    lms: ServedLms, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    token = get(lms)
    lms.server.answer = answering({"error": token}, 400)
    with pytest.raises(ServiceRefusedError) as refused:
        get(lms, refused=token)
    assertion = lms.asked(TOKEN_PATH)[0].form["client_assertion"]
    said = f"{refused.value!r}{capfd.readouterr()}{caplog.text}"
    assert token not in said
    assert assertion not in said
