"""The tool's keys: two live at a time, sealed, and rotated without a token that can't be verified."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import time_machine
from flask import Flask
from jwt import PyJWKSet
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.core.errors import ConflictError, SettingsError
from lti_tool.demo.lms.tool_keys import RefusedTokenError, ToolKeys
from lti_tool.platforms.models import ToolKey
from lti_tool.platforms.tool_keys import ensure_tool_keys, public_key_set, rotate_tool_keys, signing_key
from tests.servers import serving

PLATFORM = "https://lms.example/token"


@pytest.fixture(autouse=True)
def installed(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        ensure_tool_keys(session)


@pytest.fixture
def lms(app: Flask) -> Iterator[ToolKeys]:
    with serving(app) as url:
        yield ToolKeys(f"{url}/lti/jwks.json")


def published(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return [key["kid"] for key in public_key_set(session)["keys"]]


def sign(sessions: sessionmaker[Session]) -> str:
    """A client assertion, as services will make it."""
    with sessions() as session:
        kid, key = signing_key(session)
    now = int(time.time())
    claims = {"iss": "segue", "sub": "segue", "aud": PLATFORM, "iat": now, "exp": now + 3600, "jti": "1"}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})


def rotate(sessions: sessionmaker[Session], *, early: bool = False) -> str:
    with unit_of_work(sessions) as session:
        return rotate_tool_keys(session, early=early)


def verify(lms: ToolKeys, token: str) -> None:
    lms.verify(token, issuer="segue", audience=PLATFORM, require=("jti",))


def test_two_are_published_and_the_first_signs(sessions: sessionmaker[Session]) -> None:
    first, second = published(sessions)
    assert jwt.get_unverified_header(sign(sessions))["kid"] == first
    with unit_of_work(sessions) as session:
        ensure_tool_keys(session)
    assert published(sessions) == [first, second]


def test_only_public_halves_are_published_and_the_others_are_sealed(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        for key in public_key_set(session)["keys"]:
            assert set(key) == {"kty", "n", "e", "kid", "alg", "use"}
        for row in session.scalars(select(ToolKey)):
            assert "PRIVATE" not in row.private_pem_sealed


def test_an_installation_with_one_key_keeps_it_and_gets_a_next(sessions: sessionmaker[Session]) -> None:
    first, second = published(sessions)
    with unit_of_work(sessions) as session:
        session.delete(session.scalars(select(ToolKey).filter_by(kid=second)).one())
    with unit_of_work(sessions) as session:
        ensure_tool_keys(session)
    assert published(sessions)[0] == first
    assert len(published(sessions)) == 2
    with pytest.raises(ConflictError):  # platforms may hold the set of one
        rotate(sessions)


def test_what_was_signed_before_and_after_a_rotation_is_verified(
    sessions: sessionmaker[Session], lms: ToolKeys
) -> None:
    before, following = sign(sessions), published(sessions)[1]
    verify(lms, before)
    assert rotate(sessions) == following
    lms._fetch = None  # type: ignore[method-assign,assignment]  # it knows the next key already
    after = sign(sessions)
    assert jwt.get_unverified_header(after)["kid"] == following
    verify(lms, before)
    verify(lms, after)


def test_a_platform_that_never_asked_verifies_both(sessions: sessionmaker[Session], lms: ToolKeys) -> None:
    before = sign(sessions)
    rotate(sessions)
    verify(lms, before)
    verify(lms, sign(sessions))


def test_a_replaced_key_is_published_until_nothing_signed_with_it_lives(
    sessions: sessionmaker[Session], lms: ToolKeys
) -> None:
    replaced = published(sessions)[0]
    begun = datetime.now(UTC)
    with time_machine.travel(begun):
        token = sign(sessions)
        rotate(sessions)
    with time_machine.travel(begun + timedelta(minutes=59)):
        verify(lms, token)
    with time_machine.travel(begun + timedelta(hours=2, minutes=1)):
        assert replaced not in published(sessions)
        assert len(published(sessions)) == 2
        with pytest.raises(RefusedTokenError):
            verify(lms, token)
        rotate(sessions)
    with sessions() as session:
        assert session.scalars(select(ToolKey).filter_by(kid=replaced)).all() == []


def test_a_next_key_that_platforms_may_not_know_waits(sessions: sessionmaker[Session]) -> None:
    begun = datetime.now(UTC)
    rotate(sessions)
    signs = published(sessions)[1]
    with pytest.raises(ConflictError, match="--now"):
        rotate(sessions)
    with time_machine.travel(begun + timedelta(minutes=59)), pytest.raises(ConflictError):
        rotate(sessions)
    assert jwt.get_unverified_header(sign(sessions))["kid"] == signs
    with time_machine.travel(begun + timedelta(minutes=61)):
        assert rotate(sessions) != signs


def test_a_leaked_key_can_be_replaced_at_once(sessions: sessionmaker[Session]) -> None:
    assert rotate(sessions) != rotate(sessions, early=True)


def test_of_eight_rotations_at_once_one_happens(sessions: sessionmaker[Session]) -> None:
    def try_it(_: int) -> bool:
        try:
            rotate(sessions)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(8))) == 1
    assert len(published(sessions)) == 3  # two live ones, and the one that signed until now


def test_every_token_signed_while_keys_rotate_is_verified(sessions: sessionmaker[Session]) -> None:
    def sign_and_verify(_: int) -> None:
        token = sign(sessions)
        with sessions() as session:
            keys = PyJWKSet.from_dict(public_key_set(session))
        key = keys[jwt.get_unverified_header(token)["kid"]]
        jwt.decode(token, key, algorithms=["RS256"], audience=PLATFORM)

    with ThreadPoolExecutor(4) as pool:
        signing = pool.map(sign_and_verify, range(60))
        for _ in range(5):
            rotate(sessions, early=True)
        list(signing)


def test_without_a_key_it_says_what_to_do(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        for row in session.scalars(select(ToolKey)):
            session.delete(row)
    with sessions() as session, pytest.raises(SettingsError, match="segue migrate"):
        signing_key(session)
