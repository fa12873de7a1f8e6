"""Writers and readers at the same moment, over threads and over a real HTTP server."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from lti_tool.core.db import unit_of_work
from lti_tool.record_store.consistency import consistent_through, take_turn
from lti_tool.record_store.models import StoredStatement

Sample = Callable[..., dict[str, Any]]
Ids = Callable[..., list[str]]


def post_at_once(clients: list[FlaskClient], bodies: list[Any]) -> list[int]:
    barrier = threading.Barrier(len(bodies))

    def post(client: FlaskClient, body: Any) -> int:
        barrier.wait()
        return client.post("/xapi/statements", json=body).status_code

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, clients, bodies))


@pytest.fixture
def clients(client_of: Callable[..., FlaskClient], authorization: Callable[..., str]) -> list[FlaskClient]:
    header = authorization()
    return [client_of(Authorization=header) for _ in range(20)]


def test_twenty_posts_of_one_statement_store_it_once(
    clients: list[FlaskClient], sample: Sample, ids: Ids
) -> None:
    statement = sample()
    assert post_at_once(clients, [statement] * 20) == [200] * 20
    assert ids() == [statement["id"]]


def test_of_twenty_statements_with_one_id_one_is_stored(
    clients: list[FlaskClient], sample: Sample, ids: Ids
) -> None:
    wanted = str(uuid4())
    # Each in a batch with another one, which goes with it.
    batches = [[sample(), sample(id=wanted, object={"id": f"urn:{number}"})] for number in range(20)]
    answers = post_at_once(clients, batches)
    assert sorted(answers) == [200] + [409] * 19
    assert ids(ascending="true") == [statement["id"] for statement in batches[answers.index(200)]]


def test_a_statement_and_the_one_that_voids_it_at_once(
    clients: list[FlaskClient], sample: Sample, ids: Ids
) -> None:
    verb = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    targets = [sample() for _ in range(10)]
    voiding = [sample(verb=verb, object={"objectType": "StatementRef", "id": one["id"]}) for one in targets]
    bodies = [body for pair in zip(targets, voiding, strict=True) for body in pair]
    assert post_at_once(clients, bodies) == [200] * 20
    assert set(ids()) == {one["id"] for one in voiding}
    assert set(ids(activity="https://tool.example/threads/1")) == {one["id"] for one in voiding}


def test_while_a_writer_is_at_work_nothing_later_is_promised(
    sessions: sessionmaker[Session], put_in: Sample, store: FlaskClient
) -> None:
    kept = put_in()["id"]
    stored = store.get(f"/xapi/statements?statementId={kept}").get_json()["stored"]

    def promised() -> str:
        return store.get("/xapi/statements").headers["X-Experience-API-Consistent-Through"]

    with unit_of_work(sessions) as writer:
        turn = take_turn(writer)
        assert promised() == stored
        with unit_of_work(sessions) as reader:
            assert consistent_through(reader) < turn.first
    assert promised() > stored


def test_writers_take_turns(sessions: sessionmaker[Session], put_in: Sample) -> None:
    with sessions() as first, sessions() as second:
        take_turn(first)
        second.execute(text("set local lock_timeout = '50ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            take_turn(second)
        second.rollback()
        first.rollback()
        take_turn(second)


@pytest.fixture
def server(store_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, store_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


WRITERS, BATCHES, SIZE = 8, 12, 5
BEGINNING = "2000-01-01T00:00:00Z"


class Consumer:
    """Reads a record store to its end, again and again, as one that keeps a copy would."""

    def __init__(self, server: str, headers: dict[str, str]) -> None:
        self.server, self.headers = server, headers
        self.seen: list[dict[str, Any]] = []
        self.finished = threading.Event()

    def get(self, path: str) -> requests.Response:
        answer = requests.get(self.server + path, headers=self.headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer

    def read(self, more: str) -> None:
        while more:
            result = self.get(more).json()
            self.seen += result["statements"]
            more = result["more"]

    def read_from_the_last_seen(self) -> list[dict[str, Any]]:
        was_finished = False
        while not was_finished:
            was_finished = self.finished.is_set()
            since = self.seen[-1]["stored"] if self.seen else BEGINNING
            self.read(f"/xapi/statements?ascending=true&limit=7&since={since}")
        return self.seen

    def read_as_far_as_promised(self) -> list[dict[str, Any]]:
        """Nothing may appear later before a moment that the store has vouched for."""
        since, was_finished = BEGINNING, False
        while not was_finished:
            was_finished = self.finished.is_set()
            through = self.get("/xapi/statements?limit=1").headers["X-Experience-API-Consistent-Through"]
            self.read(f"/xapi/statements?ascending=true&since={since}&until={through}")
            since = through
        return self.seen


def test_who_polls_misses_nothing(server: str, authorization: Callable[..., str], sample: Sample) -> None:
    headers = {"Authorization": authorization(), "X-Experience-API-Version": "1.0.3"}

    def write(_: int) -> list[str]:
        sent: list[str] = []
        for _ in range(BATCHES):
            batch = [sample() for _ in range(SIZE)]
            answer = requests.post(f"{server}/xapi/statements", json=batch, headers=headers, timeout=60)
            assert answer.status_code == 200, answer.text
            sent += answer.json()
        return sent

    by_last, by_promise = Consumer(server, headers), Consumer(server, headers)
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        reading = [
            pool.submit(by_last.read_from_the_last_seen),
            pool.submit(by_promise.read_as_far_as_promised),
        ]
        try:
            sent = [one for written in pool.map(write, range(WRITERS)) for one in written]
        finally:
            by_last.finished.set()
            by_promise.finished.set()
        assert len(sent) == WRITERS * BATCHES * SIZE
        for seen in (consumer.result() for consumer in reading):
            assert sorted(statement["id"] for statement in seen) == sorted(sent)
            times = [datetime.fromisoformat(statement["stored"]) for statement in seen]
            assert times == sorted(set(times))


def test_stored_rises_even_when_the_clock_goes_back(
    sessions: sessionmaker[Session], put_in: Sample, ids: Ids
) -> None:
    ahead = uuid4()
    with unit_of_work(sessions) as session:
        future = take_turn(session).first + 3_600_000_000
        body = f'{{"id":"{ahead}"}}'
        session.add(StoredStatement(seq=future, id=ahead, target_id=None, voids=False, body=body))
    later = [put_in()["id"] for _ in range(3)]
    assert ids(ascending="true") == [str(ahead), *later]
    with unit_of_work(sessions) as session:
        assert consistent_through(session) == future + 3
