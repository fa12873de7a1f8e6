"""The way in for administrators: once, in time, and no longer than agreed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from lti_tool.admin.models import AdminSession, AdminSignIn
from lti_tool.app import create_app
from lti_tool.core import clock
from lti_tool.core.db import make_sessions
from lti_tool.settings import Settings
from tests.admin.administrators import TOOL, AdministratorVisit, new_code
from tests.conftest import SECRET
from tests.contract.conftest import everything_written

Sessions = sessionmaker[Session]


def count(session: Session, model: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_link_signs_in_once(app: Flask, sessions: Sessions, session: Session, engine: Engine) -> None:
    code, visit = new_code(sessions), AdministratorVisit(app)
    with capture_logs() as logs:
        answer = visit.sign_in(code)
    assert (answer.status_code, answer.location) == (303, "/admin")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert visit.page().status_code == 200
    secret = cookie.partition("=")[2].partition(";")[0]
    for kept in (everything_written(engine), str(logs)):
        assert kept
        assert code not in kept
        assert secret not in kept
    again = AdministratorVisit(app).sign_in(code)
    assert again.status_code == 422
    assert "This code is not valid." in again.text
    assert count(session, AdminSession) == 1


def test_the_whole_link_will_do(app: Flask, sessions: Sessions) -> None:
    link = f" {TOOL}/admin/sign-in#{new_code(sessions)}\n"
    assert AdministratorVisit(app).sign_in(link).status_code == 303


def test_of_many_at_once_one_is_signed_in(app: Flask, sessions: Sessions, session: Session) -> None:
    code = new_code(sessions)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: AdministratorVisit(app).sign_in(code).status_code, range(8)))
    assert sorted(statuses) == [303, *[422] * 7]
    assert count(session, AdminSession) == 1


@pytest.mark.parametrize("code", ["", " ", "x", "x" * 43, "x" * 5000, "a\0b", "ключ", "#"])
def test_what_is_no_code(app: Flask, sessions: Sessions, session: Session, code: str) -> None:
    new_code(sessions)
    refused = AdministratorVisit(app).sign_in(code)
    assert refused.status_code == 422
    assert not refused.headers.getlist("Set-Cookie")
    assert count(session, AdminSession) == 0
    assert count(session, AdminSignIn) == 1


def test_a_link_is_too_old_after_ten_minutes(app: Flask, sessions: Sessions, session: Session) -> None:
    code, late = new_code(sessions), new_code(sessions)
    with time_machine.travel(clock.now() + timedelta(minutes=9, seconds=50), tick=False):
        assert AdministratorVisit(app).sign_in(code).status_code == 303
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
        assert AdministratorVisit(app).sign_in(late).status_code == 422
        new_code(sessions)
        assert count(session, AdminSignIn) == 1  # the old one is cleared away


@pytest.mark.parametrize(
    ("visits", "last"),
    [
        ([29], 200),
        ([31], 401),
        ([29, 58], 200),
        ([29, 58, 89], 401),
        ([*range(25, 480, 25), 479], 200),
        ([*range(25, 480, 25), 481], 401),
    ],
)
def test_a_session_ends_idle_or_old(administrator: AdministratorVisit, visits: list[int], last: int) -> None:
    """Minutes after signing in, and how the last visit is answered."""
    start = clock.now()
    statuses = []
    for minutes in visits:
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            statuses.append(administrator.page().status_code)
    assert statuses == [*[200] * (len(visits) - 1), last]


def test_signing_out_ends_it(app: Flask, administrator: AdministratorVisit, session: Session) -> None:
    cookie = administrator.client.get_cookie("segue_admin", domain="127.0.0.1")
    assert cookie
    out = administrator.press("/sign-out")
    assert (out.status_code, out.location) == (303, "/admin/sign-in")
    assert count(session, AdminSession) == 0
    kept = AdministratorVisit(app)
    kept.client.set_cookie("segue_admin", cookie.value, domain="127.0.0.1")
    refused = kept.page()
    assert refused.status_code == 401
    assert "You are not signed in" in refused.text


def test_each_signing_in_is_a_new_session(app: Flask, sessions: Sessions, session: Session) -> None:
    visit = AdministratorVisit(app)
    visit.client.set_cookie("segue_admin", "chosen-by-somebody-else", domain="127.0.0.1")
    secrets = set()
    for _ in range(2):
        visit.sign_in(new_code(sessions))
        cookie = visit.client.get_cookie("segue_admin", domain="127.0.0.1")
        assert cookie
        secrets.add(cookie.value)
    assert len(secrets) == 2
    assert "chosen-by-somebody-else" not in secrets
    assert count(session, AdminSession) == 2


def test_over_https_the_cookie_is_the_hosts_own(engine: Engine, database_url: str) -> None:
    settings = Settings(
        database_url=database_url,
        secret_key=SecretStr(SECRET),
        env="production",
        base_url="https://segue.example",
    )
    code = new_code(make_sessions(engine, settings))
    answer = (
        create_app(settings, engine=engine)
        .test_client()
        .post("/admin/sign-in", data={"code": code}, base_url="https://segue.example")
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-segue_admin=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize("address", ["/admin", "/admin/sign-in"])
def test_it_is_never_framed_nor_kept(administrator: AdministratorVisit, address: str) -> None:
    headers = administrator.client.get(address, base_url=TOOL).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
