"""How fast the record store takes and finds statements: prints a small table.

In a database of its own, on SEGUE_DATABASE_URL's server or an embedded one.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from bench.databases import new_database
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.core.migrations import migrate
from lti_tool.record_store.credentials import add_credential
from lti_tool.record_store.routes import blueprint
from lti_tool.settings import Settings
from lti_tool.web.transaction import init_transactions

BATCH = 50
TOOL = "https://segue.example.org/xapi/a"
VERBS = ["posted", "replied", "asked", "accepted", "resolved", "viewed", "planned", "reported"]
START = datetime(2026, 1, 1, tzinfo=UTC)


def make_statement(chance: random.Random, number: int) -> dict[str, Any]:
    person, course, thread = chance.randrange(2_000), chance.randrange(100), chance.randrange(5_000)
    return {
        "id": str(uuid4()),
        "actor": {"account": {"homePage": "https://lms.example.org", "name": f"{person:08d}"}},
        "verb": {"id": f"https://verbs.example.org/{chance.choice(VERBS)}", "display": {"en": "did"}},
        "object": {
            "id": f"{TOOL}/{uuid4()}",
            "definition": {
                "type": "http://id.tincanapi.com/activitytype/forum-reply",
                "name": {"en": "A reply"},
            },
        },
        "context": {
            "registration": f"21f00c77-1880-4ca5-b0a9-{person:04d}{course:08d}",
            "platform": "Moodle",
            "language": "en",
            "contextActivities": {
                "parent": [{"id": f"{TOOL}/threads/{thread}"}],
                "grouping": [{"id": f"{TOOL}/courses/{course}"}, {"id": f"{TOOL}/placements/{course}"}],
                "category": [{"id": "https://segue-lti.github.io/xapi/v0.1"}],
            },
        },
        "timestamp": (START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z"),
    }


def median_ms(call: Callable[[], object], times: int = 15) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def make_client(database_url: str) -> FlaskClient:
    settings = Settings(database_url=database_url, secret_key=SecretStr("x" * 40))
    engine = make_engine(database_url)
    migrate(engine)
    sessions = make_sessions(engine, settings)
    with unit_of_work(sessions) as session:
        username, secret = add_credential(session, label="bench", can_write=True)
    app = Flask(__name__)
    init_transactions(app, sessions)
    app.register_blueprint(blueprint)
    client = app.test_client()
    client.environ_base["HTTP_X_EXPERIENCE_API_VERSION"] = "1.0.3"
    client.environ_base["HTTP_AUTHORIZATION"] = f"Basic {_basic(username, secret)}"
    return client


def _basic(username: str, secret: str) -> str:
    from base64 import b64encode

    return b64encode(f"{username}:{secret}".encode()).decode()


def fill(client: FlaskClient, count: int) -> float:
    """Statements a second, in batches, through the whole application."""
    chance = random.Random(7)
    spent = 0.0
    for number in range(0, count, BATCH):
        batch = [make_statement(chance, number + one) for one in range(BATCH)]
        begun = time.perf_counter()
        answer = client.post("/xapi/statements", json=batch)
        spent += time.perf_counter() - begun
        assert answer.status_code == 200, answer.text
    return count / spent


def queries() -> dict[str, dict[str, str]]:
    agent = '{"account":{"homePage":"https://lms.example.org","name":"00000042"}}'
    verb, course = f"https://verbs.example.org/{VERBS[0]}", f"{TOOL}/courses/7"
    return {
        "no filter": {},
        "verb": {"verb": verb},
        "agent": {"agent": agent},
        "related activity (course)": {"activity": course, "related_activities": "true"},
        "course and verb": {"activity": course, "related_activities": "true", "verb": verb},
        "agent and verb": {"agent": agent, "verb": verb},
        "course and agent": {"activity": course, "related_activities": "true", "agent": agent},
        "course, ascending since the middle": {
            "activity": course,
            "related_activities": "true",
            "ascending": "true",
            "since": "MIDDLE",
        },
        "nothing matches": {"verb": "https://verbs.example.org/none"},
        "course, format ids": {"activity": course, "related_activities": "true", "format": "ids"},
    }


def found_at(client: FlaskClient, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(client.get(f"/xapi/statements?{query}").text)["statements"]
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.record_store", description=__doc__)
    options.add_argument("--statements", type=int, default=10_000)
    wanted = options.parse_args(arguments)
    with new_database() as url:
        client = make_client(url)
        print(f"{'stored':40} {wanted.statements:>10,}")
        print(f"{'stored a second, in batches of 50':40} {fill(client, wanted.statements):>10,.0f}")
        first = found_at(client, "ascending=true&limit=1")[0]["stored"]
        last = found_at(client, "limit=1")[0]["stored"]
        begin, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
        middle = (begin + (end - begin) / 2).isoformat().replace("+00:00", "Z")
        for name, parameters in queries().items():
            query = urlencode({key: value.replace("MIDDLE", middle) for key, value in parameters.items()})
            found = found_at(client, query)
            taken = median_ms(partial(client.get, f"/xapi/statements?{query}"))
            print(f"{name:40} {taken:>7.1f} ms {len(found):>6} found")


if __name__ == "__main__":
    main()
