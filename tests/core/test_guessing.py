"""Which secrets could be guessed."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.core.guessing import weakness_of

WEAK = {
    "s" * 40: "repeats",
    "0123456789abcdef" * 2: "repeats",
    "change-me-please-change-me-please": "well-known words",
    "correct horse battery staple correct": "spaces",
    "Hq7wZt3Lx9Vb2Kd8\tRm4Js6Yp1Nc5Gf0T": "spaces",
    "Hq7wZt3Lx9Vb2Kd8Rm4Js6Yp1Nc5Gf0T\n": "spaces",
    "this-is-my-super-secret-segue-key!": "well-known words",
    "PleaseChangeThisDefaultPassword1234": "well-known words",
    "django-insecure-change-me-in-production": "well-known words",
    "abcdefghijklmnopqrstuvwxyzABCDEFGH": "neighbouring",
    "1111222233334444555566667777888899": "neighbouring",
    "a1b1a2b2a1b2a2b1b1a1b2a2a1a1b2b2a1": "few different",
}


@pytest.mark.parametrize("secret", WEAK)
def test_what_people_write_is_seen_through(secret: str) -> None:
    assert WEAK[secret] in (weakness_of(secret) or "")


@given(st.binary(min_size=24, max_size=64))
def test_nothing_that_was_made_at_random_is_refused(seed: bytes) -> None:
    """The seed is not used: hypothesis would try what no generator of secrets gives."""
    for secret in (secrets.token_urlsafe(len(seed)), secrets.token_hex(16), str(secrets.randbits(128))):
        assert weakness_of(secret) is None, secret
