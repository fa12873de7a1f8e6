"""How fast threads are listed, opened, searched and answered as posts grow in number: prints a table.

Over HTTP on 127.0.0.1, with the tool served as in production by one worker; in the same run two floors, which
are the same HTML without session and rights (threads_floors.py). Exits with 1 where a page fails.
"""

import argparse
import re
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from urllib.parse import urlencode
from uuid import UUID, uuid4

from pydantic import SecretStr

from bench.databases import new_database
from bench.launches import BROWSERS, row, timed
from bench.serving import SECRET, free_port, running, served
from bench.threads_fill import LONG, USUAL, Filled, add_thread, fill, settle
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.installation import install
from lti_tool.settings import Settings

LEVELS = (10_000, 100_000, 1_000_000)
_TURN = 10
"""Requests of one kind by each browser, before the next kind has its turn."""
Fetch = Callable[[HTTPConnection, int], object]


class Reader:
    """Somebody signed in, who opens pages of one launch."""

    def __init__(self, launch_id: UUID, secret: str) -> None:
        self.base = f"/l/{launch_id}"
        self.cookie = f"segue_launch={secret}"

    def open(self, connection: HTTPConnection, path: str) -> str:
        connection.request("GET", path, headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        page = answer.read().decode()
        if answer.status != 200:
            sys.exit(f"{path} answered {answer.status}.")
        return page

    def reply(self, connection: HTTPConnection, thread: str, token: str, number: int) -> None:
        # Each a submission of its own, as each form is.
        body = f"Reply {number}, **tried** in my team."
        fields = {"csrf_token": token, "submission": str(uuid4()), "body": body, "in_reply_to": ""}
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"{thread}/replies", urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 303:
            sys.exit(f"A reply was answered with {answer.status}.")


def measure(name: str, port: int, count: int, fetch: Fetch) -> None:
    measure_by_turns({name: (port, fetch)}, count)


def measure_by_turns(kinds: Mapping[str, tuple[int, Fetch]], count: int) -> dict[str, float]:
    """Pages a second for several readers at once: these by turns, so that their ratio is not of luck.

    What else the machine does then meets all kinds alike. Prints them, and what one reader alone waits for.
    """
    alone = _fetch_alone(kinds, count)
    together = dict.fromkeys(kinds, 0.0)
    for first in range(0, 2 * count, _TURN * BROWSERS):
        turn = range(first, min(first + _TURN * BROWSERS, 2 * count))
        for name, (port, fetch) in kinds.items():
            together[name] += timed(partial(_fetch_together, port, fetch, turn))
    found = {}
    for name in kinds:
        cuts, found[name] = statistics.quantiles(alone[name], n=100), 2 * count / together[name]
        told = f"alone: half within {cuts[49]:.1f} ms, 99 % within {cuts[98]:.1f} ms"
        row(name, f"{found[name]:,.0f}/s", told)
    return found


def _fetch_alone(kinds: Mapping[str, tuple[int, Fetch]], count: int) -> dict[str, list[float]]:
    """How many milliseconds each took, by turns too, after some to get warm."""
    connections = {name: HTTPConnection("127.0.0.1", port) for name, (port, _) in kinds.items()}
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    for first in range(-(count // 5) - 1, count, _TURN):
        for name, (_, fetch) in kinds.items():
            for number in range(first, min(first + _TURN, count)):
                spent = timed(partial(fetch, connections[name], abs(number))) * 1000
                if number >= 0:
                    taken[name].append(spent)
    return taken


def _fetch_together(port: int, fetch: Fetch, numbers: range) -> None:
    def browse(own: range) -> None:
        connection = HTTPConnection("127.0.0.1", port)
        for number in own:
            fetch(connection, number)

    with ThreadPoolExecutor(BROWSERS) as pool:
        list(pool.map(browse, (numbers[first::BROWSERS] for first in range(BROWSERS))))


@contextmanager
def floors(database_url: str, filled: Filled, thread: UUID) -> Iterator[int]:
    """The floors on a port of 127.0.0.1."""
    about = {
        "BENCH_THREAD": str(thread),
        "BENCH_LAUNCH": str(filled.launch_id),
        "BENCH_SECRET": filled.secret,
    }
    port = free_port()
    command = ["-m", "lti_tool.serving", "bench.threads_floors:served", str(port)]
    with running(command, database_url, port, about):
        yield port


def one_level(url: str, filled: Filled, usual: UUID, answered: UUID, long: UUID | None, count: int) -> float:
    """Everything at this number of posts; returns what the usual thread's page costs, in floors from memory.

    That floor reads no data: so what else the machine did at this level is not taken for growth.
    """
    reader = Reader(filled.launch_id, filled.secret)
    with served(url, 1) as (port, _), floors(url, filled, usual) as floor_port:
        at = f"{reader.base}/threads"

        def get(path: str) -> Fetch:
            return lambda connection, _number: reader.open(connection, path)

        measure("list, first page", port, count, get(at))
        measure("list, unread, whole course", port, count, get(f"{at}?where=course&show=unread"))
        measure("list, by tag, whole course", port, count, get(f"{at}?where=course&tag=often"))
        page, memory, core = f"thread of {USUAL}", "floor: from memory", "floor: one Core query"
        found = measure_by_turns(
            {
                page: (port, get(f"{at}/{usual}")),
                memory: (floor_port, partial(_fetch, "/floor/memory")),
                core: (floor_port, partial(_fetch, "/floor/core")),
            },
            count,
        )
        row("thread's pages a second, of that floor", f"{found[page] / found[core]:.0%}", "goal: 60 %")
        cost = found[memory] / found[page]
        row("thread's cost, in floors from memory", f"{cost:.2f}")
        if long:
            measure(f"thread of {LONG:,}, as it opens", port, count, get(f"{at}/{long}"))
            measure(f"thread of {LONG:,}, from the first reply", port, count, get(f"{at}/{long}?at=first"))
            measure(f"thread of {LONG:,}, in the middle", port, count, get(middle(reader, port, long)))
        search = f"{reader.base}/search?q="
        measure("search, one post of 1,000", port, count, get(f"{search}rare007"))
        measure("search, one post of 20", port, count, get(f"{search}usual07"))
        connection = HTTPConnection("127.0.0.1", port)
        form = reader.open(connection, f"{at}/{usual}")
        answers = add_replies(reader, port, f"{at}/{answered}", form, count)
        row("reply, with statement and notices", f"{answers:.1f} ms", "half within, one writer")
    return cost


def middle(reader: Reader, port: int, thread: UUID) -> str:
    """Where a page in the middle begins: from an early page's way to the later ones, far on."""
    connection, path = HTTPConnection("127.0.0.1", port), f"{reader.base}/threads/{thread}?at=first"
    for _ in range(20):
        later = re.search(r'href="(/l/[^"#]*\?from=[^"#]*)', reader.open(connection, path))
        assert later is not None
        path = later[1]
    return path


def token_on(page: str) -> str:
    """What the page's forms prove themselves with."""
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page)
    assert token is not None
    return token[1]


def add_replies(reader: Reader, port: int, thread: str, page: str, count: int) -> float:
    token = token_on(page)
    connection = HTTPConnection("127.0.0.1", port)
    taken = [timed(partial(reader.reply, connection, thread, token, n)) * 1000 for n in range(count)]
    return statistics.median(taken[count // 10 :])


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.threads", description=__doc__)
    options.add_argument("--posts", type=int, default=LEVELS[-1], help="up to so many")
    options.add_argument("--pages", type=int, default=300, help="of each kind")
    given = options.parse_args(arguments)
    costs: list[float] = []
    with new_database() as url:
        engine = make_engine(url)
        sessions = make_sessions(engine, Settings(database_url=url, secret_key=SecretStr(SECRET)))
        install(engine, sessions)
        filled = settle(sessions)
        usual, answered = (add_thread(engine, filled, USUAL) for _ in range(2))
        long, there = None, 0
        for posts in [level for level in LEVELS if level <= given.posts]:
            spent = timed(partial(fill, engine, filled, posts - there))
            there = posts
            if posts >= 5 * LONG and long is None:
                long = add_thread(engine, filled, LONG)
            print(f"\n{posts:,} posts (filled in {spent:.0f} s)", flush=True)
            costs.append(one_level(url, filled, usual, answered, long, given.pages))
        growth = f"{costs[-1] / costs[0] - 1:+.0%}"
        row("thread's cost in floors from memory, growth", growth, "goal: below +20 %")
        engine.dispose()


def _fetch(path: str, connection: HTTPConnection, _number: int) -> None:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        sys.exit(f"{path} answered {answer.status}.")


if __name__ == "__main__":
    main()
