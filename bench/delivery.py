"""How fast statements are recorded, claimed and delivered: prints a small table.

In a database of its own, on SEGUE_DATABASE_URL's server or an embedded one. The store is a null sink in a
process of its own, which takes everything; beside delivery stands a bare loop of `requests` to it.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import requests
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bench.chaos.acts import actors, make_actors
from bench.databases import new_database
from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.core.migrations import migrate
from lti_tool.settings import Settings
from lti_tool.statements import queries
from lti_tool.statements.delivery import deliver_due, stores_due
from lti_tool.statements.recorder import Act, record_act, thing
from xapi import vocabulary
from xapi.delivery import BATCH_SIZE

_FILL = text(
    """
    insert into statement (id, registration_id, course_id, person_id, event, subject_id, body, created_at,
        state, attempts, due_at)
    select made.id, registration_id, course_id, person_id, event, gen_random_uuid(),
        replace(body, cast(statement.id as text), cast(made.id as text)), created_at, 'pending', 0, due_at
    from (select gen_random_uuid() as id from generate_series(1, :count)) as made
    cross join (select * from statement limit 1) as statement
    """
)


async def _serve_nothing(connection: Any) -> None:
    """A record store that names the ids it is sent, looks at nothing else, and keeps nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
                ids = [b'"' + part[:36] + b'"' for part in body.split(b'{"id":"')[1:] if part[36:37] == b'"']
                answer = b"[" + b",".join(ids) + b"]"
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    % (len(answer), answer)
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**22)
    connection.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _null_sink(connection: Any) -> None:
    asyncio.run(_serve_nothing(connection))


@contextmanager
def null_sink() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_null_sink, args=[theirs], daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/xapi"
    finally:
        process.kill()
        process.join()


def record_one(session: Session, actor: Actor) -> None:
    act = Act(
        name="thread_posted",
        subject_id=uuid4(),
        verb=vocabulary.POSTED,
        object=thing(session, uuid4(), vocabulary.FORUM_TOPIC),
        at=clock.now(),
    )
    record_act(session, actor, act)


def milliseconds(call: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and 95th percentile."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def measure_recording(sessions: sessionmaker[Session], actor: Actor, times: int = 400) -> None:
    """All that an act adds to the request's own transaction, the insert's round trip included."""
    with unit_of_work(sessions) as session:
        for _ in range(20):
            record_one(session, actor)
        median, most = milliseconds(lambda: record_one(session, actor), times)
    print(f"{'recording an act, in its transaction':46} {median:>8.2f} ms  p95 {most:>7.2f} ms")


def measure_claiming(sessions: sessionmaker[Session], waiting: int, times: int = 100) -> None:
    """Claims of a batch, each committed, with so many waiting; what was claimed is marked, untimed."""
    with unit_of_work(sessions) as session:
        (due,) = queries.stores_due(session).values()
    taken = []
    for _ in range(times):
        lease_id, begun = uuid4(), time.perf_counter()
        with unit_of_work(sessions) as session:
            rows = queries.claim(session, due, lease_id=lease_id, most=BATCH_SIZE)
        taken.append((time.perf_counter() - begun) * 1000)
        assert len(rows) == BATCH_SIZE
        with unit_of_work(sessions) as session:
            queries.mark_sent(session, lease_id, [row.id for row in rows])
    median, most = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    print(f"{f'claiming 50 of {waiting:,} waiting':46} {median:>8.2f} ms  p95 {most:>7.2f} ms")
    median, most = milliseconds(lambda: stores_due(sessions), times)
    print(f"{'  looking for what is due':46} {median:>8.2f} ms  p95 {most:>7.2f} ms")


def measure_delivery(sessions: sessionmaker[Session], endpoint: str, count: int) -> None:
    """One worker's thread, from the claim to the mark; and the same texts by a loop of requests alone."""
    with sessions() as session:
        bodies = list(session.scalars(text("select body from statement limit 50")))
    data = f"[{','.join(bodies)}]".encode()
    begun = time.perf_counter()
    with requests.Session() as client:
        for _ in range(count // BATCH_SIZE):
            client.post(f"{endpoint}/statements", data=data, timeout=60).json()
    bare = count / (time.perf_counter() - begun)
    (store,) = stores_due(sessions)
    begun = time.perf_counter()
    deliver_due(sessions, store)
    ours = count / (time.perf_counter() - begun)
    with sessions() as session:
        assert not session.scalar(text("select count(*) from statement where state <> 'sent'"))
    print(f"{f'delivered a second by one worker, {count:,}':46} {ours:>8,.0f}")
    print(f"{'  a bare loop of requests':46} {bare:>8,.0f}     {bare / ours:.1f} times as many")


def make_pending(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        session.execute(
            text("update statement set state = 'pending', lease_until = null where state = 'sent'")
        )


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.delivery", description=__doc__)
    options.add_argument("--statements", type=int, default=20_000, help="that are delivered")
    options.add_argument("--waiting", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    wanted = options.parse_args(arguments)
    with new_database() as url, null_sink() as endpoint:
        settings = Settings(
            database_url=url,
            secret_key=SecretStr("x" * 40),
            lrs_url=endpoint,
            lrs_username="segue",
            lrs_password=SecretStr("secret"),
        )
        engine = make_engine(url)
        migrate(engine)
        sessions = make_sessions(engine, settings)
        with unit_of_work(sessions) as session:
            make_actors(session, 1)
            (actor,) = actors(session)
        measure_recording(sessions, actor)
        have = 420
        for waiting in sorted({wanted.statements, *wanted.waiting}):
            with unit_of_work(sessions) as session:
                session.execute(_FILL, {"count": waiting - have})
            have = waiting
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("vacuum analyze statement"))
            if waiting == wanted.statements:
                measure_delivery(sessions, endpoint, waiting)
                make_pending(sessions)
            if waiting in wanted.waiting:
                measure_claiming(sessions, waiting)
                make_pending(sessions)
        engine.dispose()


if __name__ == "__main__":
    main()
