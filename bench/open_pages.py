"""What 500 open pages cost, each asking for news as static/js/live.js does at its most eager: prints a table.

Every page is somebody's own session, half of them on a list and half on a thread; meanwhile somebody opens
that thread and writes into it, again and again. Over HTTP on 127.0.0.1, the tool served as in production by
two workers.
Exits with 1 where an answer is none, or where the pages can't be served as often as they ask.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from uuid import UUID

from pydantic import SecretStr

from bench.cpu import cpu_seconds, database_process
from bench.databases import new_database
from bench.launches import row, timed
from bench.serving import SECRET, served
from bench.threads import Reader, token_on
from bench.threads_fill import USUAL, add_readers, add_thread, fill, settle
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.installation import install
from lti_tool.settings import Settings

PAGES = 500
EVERY = 15.0
"""Seconds between two questions of a page that is being read (live.js, SOONEST)."""
_AT_ONCE = 16
_CHANCE = random.Random(7)


@dataclass(frozen=True)
class OpenPage:
    """One tab: what it asks, and for whom."""

    reader: Reader
    news: str

    def ask(self, port: int) -> float:
        """In milliseconds; 204 where there is no news, else the line that says so."""
        connection = HTTPConnection("127.0.0.1", port)
        begun = time.perf_counter()
        headers = {"Cookie": self.reader.cookie, "HX-Request": "true"}
        connection.request("GET", self.news, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in {200, 204}:
            sys.exit(f"{self.news} answered {answer.status}.")
        connection.close()
        return (time.perf_counter() - begun) * 1000


def open_pages(readers: Sequence[Reader], thread: UUID) -> list[OpenPage]:
    newest = UUID(int=0)
    return [
        OpenPage(reader, f"{reader.base}/threads/{thread}/news?after={USUAL}")
        if number % 2
        else OpenPage(reader, f"{reader.base}/threads/news?after={newest}")
        for number, reader in enumerate(readers)
    ]


def moments(pages: Sequence[OpenPage], seconds: float) -> list[tuple[float, OpenPage]]:
    """When each page asks: with the same share of chance as the script."""
    asked = []
    for page in pages:
        at = _CHANCE.uniform(0, EVERY)
        while at < seconds:
            asked.append((at, page))
            at += EVERY * _CHANCE.uniform(0.8, 1.2)
    return sorted(asked, key=lambda it: it[0])


def keep_asking(port: int, pages: Sequence[OpenPage], seconds: float) -> tuple[list[float], list[float]]:
    """What each question took, and how late it was put: all of them late, if something is full."""
    begun = time.perf_counter()

    def put(at: float, page: OpenPage) -> tuple[float, float]:
        late = time.perf_counter() - begun - at
        return page.ask(port), late * 1000

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = []
        for at, page in moments(pages, seconds):
            time.sleep(max(0.0, begun + at - time.perf_counter()))
            waiting.append(pool.submit(put, at, page))
        answers = [it.result() for it in waiting]
    return [taken for taken, _ in answers], [late for _, late in answers]


def live_on(port: int, reader: Reader, thread: str, until: float) -> tuple[list[float], list[float]]:
    """Somebody who opens the thread and answers in it, once a second, while the others look on."""
    connection = HTTPConnection("127.0.0.1", port)
    opened: list[float] = []
    replied: list[float] = []
    token = token_on(reader.open(connection, thread))
    while time.perf_counter() < until:
        opened.append(timed(partial(reader.open, connection, thread)) * 1000)
        replied.append(timed(partial(reader.reply, connection, thread, token, len(replied))) * 1000)
        time.sleep(1)
    return opened, replied


def show(name: str, taken: Sequence[float]) -> None:
    cuts = statistics.quantiles(taken, n=100)
    row(name, f"{cuts[49]:.1f} ms", f"half within; 99 % within {cuts[98]:.1f} ms")


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.open_pages", description=__doc__)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args(arguments)
    with new_database() as url:
        engine = make_engine(url)
        sessions = make_sessions(engine, Settings(database_url=url, secret_key=SecretStr(SECRET)))
        install(engine, sessions)
        filled = settle(sessions)
        thread = add_thread(engine, filled, USUAL)
        fill(engine, filled, 10_000)
        readers = [Reader(*it) for it in add_readers(sessions, filled, PAGES)]
        with served(url, given.workers) as (port, tool), ThreadPoolExecutor(1) as beside:
            processes = {"tool": tool, "database": database_process(engine)}
            pages = open_pages(readers, thread)
            for page in pages[:50]:
                page.ask(port)
            before, begun = cpu_seconds(processes), time.perf_counter()
            own = Reader(filled.launch_id, filled.secret)
            living = beside.submit(live_on, port, own, f"{own.base}/threads/{thread}", begun + given.seconds)
            taken, late = keep_asking(port, pages, given.seconds)
            spent, after = time.perf_counter() - begun, cpu_seconds(processes)
            opened, replied = living.result()
        engine.dispose()
    row(f"{PAGES} open pages, questions a second", f"{len(taken) / spent:.0f}", f"over {spent:.0f} s")
    show("  a question for news", taken)
    show("  a thread's page, opened meanwhile", opened)
    show("  a reply, meanwhile", replied)
    for name in processes:
        row(f"  cores that the {name} took", f"{(after[name] - before[name]) / spent:.2f}", "of 2")
    latest = statistics.quantiles(late, n=100)[98]
    row("  how late a question was put", f"{latest:.0f} ms", "99 % of them at most")
    if latest > EVERY * 1000 / 10:
        sys.exit("The pages could not be served as often as they ask.")


if __name__ == "__main__":
    main()
