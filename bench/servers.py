"""What the server costs: pages of a thread by `segue serve`, and by granian, which reads bodies in threads.

The page has 50 posts, signed in, over HTTP on 127.0.0.1; by turns, for one reader and for many at once.
CPU time for a page says more where the machine does other work too. Exits with 1 where a page fails.
"""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection

from pydantic import SecretStr

from bench.cpu import cpu_seconds
from bench.databases import new_database
from bench.launches import row
from bench.serving import SECRET, free_port, running
from bench.threads import Fetch, Reader, measure_by_turns
from bench.threads_fill import USUAL, add_thread, fill, settle
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.installation import install
from lti_tool.settings import Settings

POSTS = 10_000
SERVERS = {
    "segue serve": "-m lti_tool serve --port {port} --workers {workers}",
    "granian": "-m granian --interface wsgi --no-log --port {port} --workers {workers}"
    " --blocking-threads 1 lti_tool.asgi:tool",
}


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.servers", description=__doc__)
    options.add_argument("--pages", type=int, default=300, help="for one reader; twice as many for all")
    pages = options.parse_args(arguments).pages
    with new_database() as url:
        engine = make_engine(url)
        sessions = make_sessions(engine, Settings(database_url=url, secret_key=SecretStr(SECRET)))
        install(engine, sessions)
        filled = settle(sessions)
        thread = add_thread(engine, filled, USUAL)
        fill(engine, filled, POSTS)
        engine.dispose()
        reader = Reader(filled.launch_id, filled.secret)

        def fetch(path: str, connection: HTTPConnection, _number: int) -> object:
            return reader.open(connection, path)

        for workers in (1, 2):
            with ExitStack() as running_servers:
                kinds: dict[str, tuple[int, Fetch]] = {}
                processes: dict[str, int] = {}
                for server, command in SERVERS.items():
                    port, name = free_port(), f"{server}, {workers} processes"
                    words = command.format(port=port, workers=workers).split()
                    processes[name] = running_servers.enter_context(running(words, url, port))
                    kinds[name] = (port, partial(fetch, f"{reader.base}/threads/{thread}"))
                before = cpu_seconds(processes)
                measure_by_turns(kinds, pages)
                after = cpu_seconds(processes)
            for name in processes:
                # Some were fetched to get warm (measure_by_turns).
                spent = (after[name] - before[name]) / (3 * pages + pages // 5 + 1)
                row(f"  {name}", f"{spent * 1000:.1f} ms", "CPU a page")


if __name__ == "__main__":
    main()
