"""Which server, with how many processes and threads, gives most pages of a thread: prints a line for each.

The page has 50 posts, signed in, over HTTP on 127.0.0.1; first one reader alone, then as many as BROWSERS.
The tool is the same for all. Exits with 1 where a page fails.
"""

import argparse
from collections.abc import Sequence
from functools import partial
from http.client import HTTPConnection

from pydantic import SecretStr

from bench.databases import new_database
from bench.serving import SECRET, free_port, running
from bench.threads import Reader, measure
from bench.threads_fill import USUAL, add_thread, fill, settle
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.installation import install
from lti_tool.settings import Settings

POSTS = 10_000
GRANIAN = (
    "-m granian --interface wsgi --no-log --port {port} --workers {workers} --blocking-threads {threads}"
)
GUNICORN = "-m gunicorn --bind 127.0.0.1:{port} --workers {workers} --threads {threads} --log-level error"
COUNTS = ((1, 1), (1, 4), (2, 1), (2, 4))
"""Processes, and threads in each."""


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

        for workers, threads in COUNTS:
            for server, command in (("granian", GRANIAN), ("gunicorn", GUNICORN)):
                port = free_port()
                words = command.format(port=port, workers=workers, threads=threads).split()
                with running([*words, "lti_tool.wsgi:app"], url, port):
                    name = f"{server}, {workers} x {threads} threads"
                    measure(name, port, pages, partial(fetch, f"{reader.base}/threads/{thread}"))


if __name__ == "__main__":
    main()
