"""How many launches a second are verified and let in: prints a small table.

First in process, by accept_launch alone; then over HTTP on 127.0.0.1, with the tool served as in production
by one, two and four workers, to browsers that come at once. The platform's keys are known already, as they
are for all launches but the first. Tokens are signed between the timed parts, since signing is the platform's
work. Exits with 1 unless every launch is let in.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bench.cpu import cpu_seconds, database_process
from bench.databases import new_database
from bench.serving import SECRET, served
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.demo.lms import Launch as LmsLaunch
from lti_tool.demo.lms import Lms, LmsConfig
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.installation import install
from lti_tool.launch import service
from lti_tool.launch.guard import verified_claims
from lti_tool.launch.login import LoginRequest, start_login
from lti_tool.launch.models import Launch
from lti_tool.platforms.models import PlatformKeySet
from lti_tool.platforms.service import add_platform
from lti_tool.settings import Settings
from lti_tool.subscriptions import subscribe_all

TOOL = "http://127.0.0.1:8000"
BROWSERS = 16
WORKERS = (1, 2, 4)
PERSONS = 200


@dataclass(frozen=True)
class Asked:
    """What the tool asked of the platform at login, and the cookie that it gave."""

    state: str
    nonce: str
    cookie: str


def make_lms(folder: Path, tool: str) -> Lms:
    return Lms(
        LmsConfig(
            issuer="https://lms.example", tool_url=tool, data_dir=folder, client_id="segue", deployment_id="1"
        )
    )


def register(lms: Lms, sessions: sessionmaker[Session]) -> None:
    config = lms.config
    with unit_of_work(sessions) as session:
        registration = add_platform(
            session,
            issuer=config.issuer,
            client_id=config.client_id,
            auth_login_url=config.auth_url,
            auth_token_url=config.token_url,
            jwks_url=config.jwks_url,
            deployment_ids=[config.deployment_id],
        )
        session.add(PlatformKeySet(registration_id=registration.id, key_set=lms.key.jwks()))


def launch_of(number: int) -> LmsLaunch:
    """People come more than once, into one activity."""
    person = replace(PEOPLE[0], sub=f"person-{number % PERSONS}")
    return LmsLaunch(person=person, course=COURSES[0], link=COURSES[0].links[0])


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def row(name: str, value: str, more: str = "") -> None:
    print(f"{name:44} {value:>9} {more}".rstrip())


def in_process(lms: Lms, sessions: sessionmaker[Session], count: int) -> None:
    """accept_launch, one after the other; how much of it is the check of the token."""
    prepared = []
    for number in range(count):
        fields = lms.login_fields(launch_of(number))
        with unit_of_work(sessions) as session:
            started = start_login(session, LoginRequest(**fields))
        nonce = parse_qs(urlsplit(started.authorization_url).query)["nonce"][0]
        token = lms.sign(lms.launch_claims(launch_of(number), nonce))
        prepared.append((started, token))
    verifying = 0.0

    def timed_verify(*args: Any, **options: Any) -> dict[str, Any]:
        nonlocal verifying
        begun = time.perf_counter()
        claims = verified_claims(*args, **options)
        verifying += time.perf_counter() - begun
        return claims

    with patch.object(service, "verified_claims", timed_verify):
        spent = timed(
            lambda: [
                service.accept_launch(
                    sessions, state=started.state, id_token=token, browser_secret=started.browser_secret
                )
                for started, token in prepared
            ]
        )
    row("accept_launch, in process, a second", f"{count / spent:,.0f}", f"{spent / count * 1000:.1f} ms each")
    row("  of it RS256 and claims", f"{verifying / spent:.1%}", f"{verifying / count * 1000:.2f} ms each")


def call(
    connection: HTTPConnection, method: str, path: str, fields: str = "", cookie: str = ""
) -> tuple[int, str, str]:
    """Status, the cookie that was set, and the page."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request(method, path, fields, headers)
    answer = connection.getresponse()
    given = answer.getheader("Set-Cookie", "").partition(";")[0]
    return answer.status, given, answer.read().decode()


def log_in(connection: HTTPConnection, fields: str) -> tuple[str, str]:
    """The page and the cookie."""
    status, cookie, page = call(connection, "POST", "/lti/login", fields)
    assert status == 200, page
    return page, cookie


def asked_by(page: str, cookie: str) -> Asked:
    address = page.partition('id="continue"')[2].partition('href="')[2].partition('"')[0]
    query = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
    return Asked(query["state"][0], query["nonce"][0], cookie)


def post_launch(connection: HTTPConnection, fields: str, cookie: str) -> None:
    status, _, page = call(connection, "POST", "/lti/launch", fields, cookie)
    assert status == 200, page
    assert 'id="landing"' in page, page


@dataclass(frozen=True)
class Taken:
    """What a number of requests took, by some browsers at once."""

    seconds: float
    each: list[float]
    """In milliseconds."""
    cpu: dict[str, float]
    """Seconds, by process."""


def at_once(
    port: int, count: int, work: Callable[[HTTPConnection, int], object], processes: Mapping[str, int]
) -> Taken:
    def browse(numbers: range) -> list[float]:
        connection = HTTPConnection("127.0.0.1", port)
        return [timed(partial(work, connection, number)) * 1000 for number in numbers]

    before, begun = cpu_seconds(processes), time.perf_counter()
    with ThreadPoolExecutor(BROWSERS) as pool:
        parts = list(pool.map(browse, (range(first, count, BROWSERS) for first in range(BROWSERS))))
    seconds, after = time.perf_counter() - begun, cpu_seconds(processes)
    cpu = {name: after[name] - before[name] for name in processes}
    return Taken(seconds, [taken for part in parts for taken in part], cpu)


def over_http(database_url: str, database: int, folder: Path, count: int, workers: int) -> None:
    with served(database_url, workers) as (port, tool):
        processes = {"tool": tool, "database": database, "client": os.getpid()}
        lms = make_lms(folder, f"http://127.0.0.1:{port}")
        starts = [urlencode(lms.login_fields(launch_of(number))) for number in range(count)]
        pages: dict[int, tuple[str, str]] = {}

        def one_login(connection: HTTPConnection, number: int) -> None:
            pages[number] = log_in(connection, starts[number])

        logins = at_once(port, count, one_login, processes)
        asked = [asked_by(*pages[number]) for number in range(count)]
        tokens = [lms.sign(lms.launch_claims(launch_of(n), asked[n].nonce)) for n in range(count)]
        posts = [urlencode({"state": asked[n].state, "id_token": tokens[n]}) for n in range(count)]
        launches = at_once(
            port,
            count,
            lambda connection, number: post_launch(connection, posts[number], asked[number].cookie),
            processes,
        )
    name = f"over HTTP, {workers} worker{'s' if workers > 1 else ''}, a second"
    row(f"login and launch, {name}", f"{count / (logins.seconds + launches.seconds):,.0f}")
    for what, taken in (("login", logins), ("launch", launches)):
        row(f"  {what} alone", f"{count / taken.seconds:,.0f}", percentiles(taken.each))
        parts = ", ".join(f"{name} {spent / count * 1000:.1f}" for name, spent in taken.cpu.items())
        row(f"  CPU ms for a {what}", f"{sum(taken.cpu.values()) / count * 1000:.1f}", parts)


def percentiles(taken: Sequence[float]) -> str:
    cuts = statistics.quantiles(taken, n=20)
    return f"half within {cuts[9]:.1f} ms, 95 % within {cuts[18]:.1f} ms"


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.launches", description=__doc__)
    options.add_argument("--launches", type=int, default=2_000, help="in each part")
    count = options.parse_args(arguments).launches
    with new_database() as url, tempfile.TemporaryDirectory() as folder:
        engine = make_engine(url)
        sessions = make_sessions(engine, Settings(database_url=url, secret_key=SecretStr(SECRET)))
        install(engine, sessions)
        subscribe_all()
        lms = make_lms(Path(folder), TOOL)
        register(lms, sessions)
        in_process(lms, sessions, count)
        database = database_process(engine)
        for workers in WORKERS:
            over_http(url, database, Path(folder), count, workers)
        with unit_of_work(sessions) as session:
            let_in = session.scalar(select(func.count()).select_from(Launch))
        engine.dispose()
    if let_in != (1 + len(WORKERS)) * count:
        sys.exit(f"{let_in} launches were let in, not {(1 + len(WORKERS)) * count}.")


if __name__ == "__main__":
    main()
