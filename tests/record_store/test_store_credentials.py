"""Credentials: made, listed, revoked; by the service and by the command line."""

import re
from base64 import b64encode
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.errors import NotFoundError
from lti_tool.record_store import credentials
from lti_tool.record_store.cli import records
from lti_tool.record_store.errors import CredentialError

ClientOf = Callable[..., FlaskClient]


@pytest.fixture
def segue(sessions: sessionmaker[Session]) -> Callable[..., Result]:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(
            records, ["key", *arguments], obj=SimpleNamespace(sessions=lambda: sessions)
        )

    return run


def header(username: str, secret: str) -> str:
    return "Basic " + b64encode(f"{username}:{secret}".encode()).decode()


def test_only_a_digest_of_the_secret_is_kept(session: Session) -> None:
    username, secret = credentials.add_credential(session, label="An analyst", can_write=False)
    (kept,) = credentials.list_credentials(session)
    assert (kept.label, kept.username, kept.can_write, kept.revoked_at) == (
        "An analyst",
        username,
        False,
        None,
    )
    assert len(secret) >= 40
    assert secret not in {str(value) for value in vars(kept).values()}
    assert credentials.check_credential(session, username=username, secret=secret) is kept


def test_a_wrong_secret_an_unknown_username_and_a_revoked_one_look_the_same(session: Session) -> None:
    username, secret = credentials.add_credential(session, label="One", can_write=True)
    revoked, its_secret = credentials.add_credential(session, label="Two", can_write=True)
    credentials.revoke_credential(session, username=revoked)
    said = set()
    for name, word in (
        (username, secret + "x"),
        (username, ""),
        (username, its_secret),
        (username.upper(), secret),
        ("0" * 32, secret),
        ("", ""),
        (revoked, its_secret),
    ):
        with pytest.raises(CredentialError) as refused:
            credentials.check_credential(session, username=name, secret=word)
        said.add(str(refused.value))
    assert len(said) == 1


def test_revoking_twice_keeps_the_first_moment_and_an_unknown_one_is_an_error(session: Session) -> None:
    username, _ = credentials.add_credential(session, label="One", can_write=True)
    first = credentials.revoke_credential(session, username=username).revoked_at
    assert first is not None
    assert first <= clock.now()
    assert credentials.revoke_credential(session, username=username).revoked_at == first
    with pytest.raises(NotFoundError):
        credentials.revoke_credential(session, username="0" * 32)
    with pytest.raises(NotFoundError):
        credentials.revoke_credential(session, username="\0")


def test_add_use_list_and_revoke(segue: Callable[..., Result], client_of: ClientOf) -> None:
    made = segue("add", "--label", "An analyst")
    assert made.exit_code == 0, made.output
    username, secret = re.findall(r"(?:Username|Secret): +(\S+)", made.stdout)
    writer = segue("add", "--label", "Segue itself", "--read-write")
    its_name, its_secret = re.findall(r"(?:Username|Secret): +(\S+)", writer.stdout)

    listed = segue("list")
    assert listed.exit_code == 0
    assert secret not in listed.output
    lines = listed.output.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [[username, "read-only"], [its_name, "read-write"]]
    assert [line.rstrip().endswith(end) for line, end in zip(lines[1:], ("analyst", "itself"), strict=True)]

    client = client_of(Authorization=header(username, secret))
    assert client.get("/xapi/statements").status_code == 200
    assert client.post("/xapi/statements", json=[]).status_code == 403
    assert (
        client_of(Authorization=header(its_name, its_secret)).post("/xapi/statements", json=[]).status_code
        == 200
    )

    revoked = segue("revoke", username)
    assert revoked.exit_code == 0
    assert username in revoked.output
    assert client.get("/xapi/statements").status_code == 401
    assert clock.now().strftime("%Y-%m-%d") in segue("list").output.splitlines()[1]


def test_mistakes_on_the_command_line(segue: Callable[..., Result], sessions: sessionmaker[Session]) -> None:
    unknown = segue("revoke", "nobody")
    assert unknown.exit_code == 1
    assert "no credential with the username 'nobody'" in unknown.output
    for arguments in (("add",), ("add", "--label", "  "), ("add", "--label", "a\0b"), ("revoke",)):
        assert segue(*arguments).exit_code == 2
    with unit_of_work(sessions) as session:
        assert credentials.list_credentials(session) == []
