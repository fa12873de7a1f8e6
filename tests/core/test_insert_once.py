"""Inserting a row once, whatever its columns have as defaults."""

from sqlalchemy.orm import Session

from lti_tool.core.db import insert_once
from lti_tool.platforms.models import Registration


def test_none_is_a_value_and_no_default(session: Session) -> None:
    """`approved_at` has a default in the database; a registration that waits for approval has none."""
    addresses = dict.fromkeys(("auth_login_url", "auth_token_url", "jwks_url"), "https://lms.example/x")
    key = {"issuer": "https://lms.example", "client_id": "c"}
    row, made = insert_once(
        session, Registration, key=tuple(key), **key, **addresses, approved_at=None, active=False
    )
    assert made
    session.refresh(row)
    assert row.approved_at is None
    assert insert_once(session, Registration, key=tuple(key), **key, **addresses) == (row, False)
