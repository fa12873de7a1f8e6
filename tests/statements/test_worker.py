"""The worker as a process: what it delivers, and what a kill in the worst moment leaves."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from pydantic import SecretStr
from sqlalchemy import select, text
from werkzeug.wrappers import Request, Response

from lti_tool.app import create_app
from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.installation import install
from lti_tool.settings import Settings
from lti_tool.statements.models import StatementRow, StatementState
from lti_tool.statements.recorder import Act, record_act, thing
from lti_tool.statements.targets import own_credential
from tests.conftest import SECRET
from tests.factories.entrances import enter, make_tenant
from tests.servers import Counterpart, serving
from xapi import vocabulary
from xapi.client import RecordStoreClient

WITHIN = 40.0


def until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    pause = threading.Event()
    while not done():
        assert time.monotonic() < deadline, f"not within {WITHIN} s: {what}"
        pause.wait(0.05)


class Installation:
    """A tool with its record store over HTTP, and workers to start and kill."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.database_url, self.folder = database_url, folder
        self.settings = Settings(database_url=database_url, secret_key=SecretStr(SECRET))
        self.engine = make_engine(database_url)
        self.sessions = make_sessions(self.engine, self.settings)
        install(self.engine, self.sessions)
        self.app = create_app(self.settings, engine=self.engine)
        with unit_of_work(self.sessions) as session:
            self.actor: Actor = enter(session, make_tenant(session))[0]

    def record(self, count: int) -> list[str]:
        with unit_of_work(self.sessions) as session:
            for _ in range(count):
                act = Act(
                    name="thread_posted",
                    subject_id=uuid4(),
                    verb=vocabulary.POSTED,
                    object=thing(session, uuid4(), vocabulary.FORUM_TOPIC),
                    parents=[thing(session, uuid4(), vocabulary.RESOURCE_LINK)],
                    at=clock.now(),
                )
                record_act(session, self.actor, act)
            return [str(i) for i in session.scalars(select(StatementRow.id))]

    def all_sent(self) -> bool:
        with self.sessions() as session:
            return set(session.scalars(select(StatementRow.state))) == {StatementState.SENT}

    @contextmanager
    def worker(self, lrs_url: str, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
        username, password = own_credential(self.settings)
        environment = {
            **os.environ,
            "SEGUE_DATABASE_URL": self.database_url,
            "SEGUE_SECRET_KEY": SECRET,
            "SEGUE_LRS_URL": lrs_url,
            "SEGUE_LRS_USERNAME": username,
            "SEGUE_LRS_PASSWORD": password,
        }
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "lti_tool", "worker", *options],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def stored_ids(self, store_url: str) -> Counter[str]:
        """Every statement in the store, read over its API to the end."""
        with RecordStoreClient(store_url, *own_credential(self.settings)) as client:
            page = client.query(limit=50, ascending="true")
            found = Counter(statement["id"] for statement in page.statements)
            while page.more:
                page = client.follow(page.more)
                found.update(statement["id"] for statement in page.statements)
            return found


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(database_url, tmp_path)
    yield installation
    installation.engine.dispose()


def test_a_kill_between_posting_and_acknowledging_leaves_each_statement_once(
    installation: Installation,
) -> None:
    """The store has taken them all, the worker is killed before it hears of it, and a new one goes on.

    A worker's sweep and its jobs may share the rows out between them: statements are counted, not requests.
    """
    posted, held = threading.Event(), threading.Event()
    taken: Counter[str] = Counter()
    ids = installation.record(30)
    with serving(installation.app) as store_url:

        def pass_on_and_stay_silent(request: Request) -> Response:
            answer = requests.request(
                request.method,
                f"{store_url}{request.full_path}",
                data=request.get_data(),
                headers={k: v for k, v in request.headers if k not in {"Host", "Content-Length"}},
                timeout=20,
            )
            if request.method == "POST":
                taken.update(statement["id"] for statement in json.loads(request.get_data()))
                if len(taken) == len(ids):
                    posted.set()
                held.wait(WITHIN)
            return Response(answer.content, answer.status_code, mimetype=answer.headers.get("Content-Type"))

        between = Counterpart()
        between.answer = pass_on_and_stay_silent
        with serving(between) as address:
            with installation.worker(f"{address}/xapi") as worker:
                assert posted.wait(WITHIN), (installation.folder / "worker.log").read_text()
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait()
            held.set()
            assert not installation.all_sent()
            assert installation.stored_ids(f"{store_url}/xapi") == Counter(ids)
            # As if the dead worker's lease had run out (120 s).
            with unit_of_work(installation.sessions) as session:
                session.execute(text("update statement set lease_until = now()"))
            with installation.worker(f"{address}/xapi"):
                until(installation.all_sent, "delivery by the second worker")
        assert installation.stored_ids(f"{store_url}/xapi") == Counter(ids)
        assert taken == Counter(dict.fromkeys(ids, 2))


def test_a_worker_stops_cleanly_when_it_is_told_to(installation: Installation) -> None:
    with serving(installation.app) as store_url, installation.worker(f"{store_url}/xapi") as worker:
        installation.record(3)
        until(installation.all_sent, "delivery")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0


def test_two_workers_deliver_each_statement_once(installation: Installation) -> None:
    with serving(installation.app) as store_url:
        url = f"{store_url}/xapi"
        with installation.worker(url), installation.worker(url):
            ids = [i for _ in range(10) for i in installation.record(20)]
            until(installation.all_sent, "delivery")
        assert installation.stored_ids(url) == Counter(set(ids))


def test_what_is_sent_is_what_was_frozen(installation: Installation) -> None:
    with serving(installation.app) as store_url:
        (statement_id,) = installation.record(1)
        with installation.worker(f"{store_url}/xapi"):
            until(installation.all_sent, "delivery")
        with RecordStoreClient(f"{store_url}/xapi", *own_credential(installation.settings)) as client:
            stored: Any = client.get_statement(statement_id)
    with installation.sessions() as session:
        frozen = json.loads(session.scalars(select(StatementRow.body)).one())
    assert {key: stored[key] for key in frozen} == frozen
    assert set(stored) - set(frozen) == {"stored", "authority"}
