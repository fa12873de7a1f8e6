"""How fast the record store takes and finds statements, and how that grows: prints a table.

In a database of its own, on SEGUE_DATABASE_URL's server or an embedded one; over HTTP on 127.0.0.1, the tool
served as in production by one process. What is stored before each measurement is made by the database.
"""

import argparse
import json
import random
import statistics
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr
from sqlalchemy import Engine, text

from bench.cpu import cpu_seconds, database_process
from bench.databases import new_database
from bench.record_store_fill import (
    HOME,
    PROFILE,
    QUIET_COURSE,
    TOOL,
    UNUSED_VERB,
    VERB,
    VERBS,
    fill,
    make_statement,
    registration_of,
)
from bench.serving import SECRET, served
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.installation import install
from lti_tool.record_store import moments
from lti_tool.record_store.credentials import add_credential
from lti_tool.settings import Settings

BATCH = 50
CONNECTIONS = 4
STORED_ANEW = 4_000
SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Client:
    """Somebody with credentials for the store on `port`."""

    port: int
    username: str
    secret: str

    def call(self, method: str, path: str, content: bytes | None = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port)
        answer = self.call_on(connection, method, path, content)
        connection.close()
        return answer

    def call_on(
        self, connection: HTTPConnection, method: str, path: str, content: bytes | None = None
    ) -> Any:
        basic = b64encode(f"{self.username}:{self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"}
        connection.request(method, path, content, headers | {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            sys.exit(f"{method} {path} answered {answer.status}: {said[:200]!r}")
        return json.loads(said)

    @property
    def authority(self) -> dict[str, Any]:
        account = {"homePage": f"http://127.0.0.1:{self.port}/xapi", "name": self.username}
        return {"objectType": "Agent", "name": "bench", "account": account}


def store(client: Client, count: int) -> float:
    """Seconds for `count` new statements in batches, on several connections at once."""
    chance = random.Random(time.time_ns())
    batches = [
        json.dumps([make_statement(chance, number + one) for one in range(BATCH)]).encode()
        for number in range(0, count, BATCH)
    ]

    def send(mine: list[bytes]) -> None:
        connection = HTTPConnection("127.0.0.1", client.port)
        for batch in mine:
            client.call_on(connection, "POST", "/xapi/statements", batch)
        connection.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(send, [batches[number::CONNECTIONS] for number in range(CONNECTIONS)]))
    return time.perf_counter() - begun


def queries(client: Client, middle: str) -> dict[str, dict[str, str]]:
    agent = json.dumps({"account": {"homePage": HOME, "name": "00000042"}})
    course = {"activity": f"{TOOL}/courses/7", "related_activities": "true"}
    verb = {"verb": VERB + VERBS[0]}
    return {
        "no filter": {},
        "verb": verb,
        "agent": {"agent": agent},
        "related agent": {"agent": agent, "related_agents": "true"},
        "related agent: the authority of all": {
            "agent": json.dumps(client.authority),
            "related_agents": "true",
        },
        "activity (thread)": {"activity": f"{TOOL}/threads/7"},
        "related activity (course)": course,
        "related activity: the profile of all": {"activity": PROFILE, "related_activities": "true"},
        "registration": {"registration": registration_of(42, 7)},
        "until the middle": {"until": middle},
        "course, ascending since the middle": course | {"ascending": "true", "since": middle},
        "agent until the middle": {"agent": agent, "until": middle},
        "course and verb": course | verb,
        "course and verb until the middle": course | verb | {"until": middle},
        "course and a verb that nobody used there": course
        | {"activity": f"{TOOL}/courses/{QUIET_COURSE}", "verb": VERB + VERBS[UNUSED_VERB]},
        "agent and verb": {"agent": agent} | verb,
        "course and agent": course | {"agent": agent},
        "course, agent and verb since the middle": course | verb | {"agent": agent, "since": middle},
        "registration and verb": {"registration": registration_of(42, 7)} | verb,
        "nothing matches": {"verb": VERB + "none"},
        "course, format ids": course | {"format": "ids"},
        "course, format canonical": course | {"format": "canonical"},
    }


def median_ms(call: Callable[[], object], times: int = 11) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def measure(client: Client, engine: Engine, server: int) -> dict[str, tuple[float, int]]:
    """Each figure, and for a query how many it found."""
    parts = {"tool": server, "database": database_process(engine)}
    store(client, STORED_ANEW // 4)
    before = cpu_seconds(parts)
    taken = store(client, STORED_ANEW)
    spent = {name: after - before[name] for name, after in cpu_seconds(parts).items()}
    figures: dict[str, tuple[float, int]] = {
        "stored a second": (STORED_ANEW / taken, 0),
        **{f"CPU µs each, {name}": (seconds / STORED_ANEW * 1e6, 0) for name, seconds in spent.items()},
    }
    for name, parameters in queries(client, middle_of(engine)).items():
        path = f"/xapi/statements?{urlencode(parameters)}"
        found = len(client.call("GET", path)["statements"])
        figures[name] = (median_ms(partial(client.call, "GET", path)), found)
    return figures


def middle_of(engine: Engine) -> str:
    """The `stored` of the statement in the middle."""
    with engine.connect() as connection:
        seq = connection.scalar(
            text("""select seq from record_store_statement order by seq
                    offset (select count(*) / 2 from record_store_statement) limit 1""")
        )
    return moments.to_text(seq or 0)


def show(measured: dict[int, dict[str, tuple[float, int]]]) -> None:
    print(f"{'stored before':42}" + "".join(f"{size:>12,}" for size in measured) + f"{'found':>8}")
    for name in next(iter(measured.values())):
        figures = [found[name] for found in measured.values()]
        unit, digits = ("", 0) if "stored" in name or "CPU" in name else (" ms", 1)
        values = "".join(f"{value:>{12 - len(unit)},.{digits}f}{unit}" for value, _ in figures)
        print(f"{name:42}{values}" + (f"{figures[-1][1]:>8}" if unit else ""), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.record_store", description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many are stored before")
    sizes = sorted(options.parse_args(arguments).sizes)
    with new_database() as url:
        engine = make_engine(url)
        sessions = make_sessions(engine, Settings(database_url=url, secret_key=SecretStr(SECRET)))
        install(engine, sessions)
        with unit_of_work(sessions) as session:
            username, secret = add_credential(session, label="bench", can_write=True)
        measured = {}
        with served(url, 1) as (port, process):
            client = Client(port, username, secret)
            for size in sizes:
                stored = count(engine)
                begun = time.perf_counter()
                fill(engine, size - stored, authority=client.authority)
                taken = time.perf_counter() - begun
                print(f"{size - stored:,} made by the database in {taken:.0f} s", flush=True)
                measured[size] = measure(client, engine, process)
        show(measured)
        engine.dispose()


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from record_store_statement")) or 0)


if __name__ == "__main__":
    main()
