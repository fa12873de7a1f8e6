"""What a reader waits for beside clients that hold connections open: a table, and how they were ended.

Bodies and headers that don't end, endless chunks, and readers that don't read, all at once from one process
(bench.attackers). Exits with 1 where a page fails, or 95 % of the pages take longer than the goal.

`--server` measures another server: its command after `python`, with {port} in it. The server before this one:
"-m granian --interface wsgi --no-log --workers 2 --blocking-threads 1 --port {port} lti_tool.asgi:tool"
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection

from pydantic import SecretStr

from bench.databases import new_database
from bench.launches import row, timed
from bench.serving import ROOT, SECRET, free_port, running
from bench.threads import Reader
from bench.threads_fill import USUAL, add_thread, settle
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.installation import install
from lti_tool.settings import Settings

GOAL = 300
SERVE = "-m lti_tool serve --workers 2 --port {port}"
LARGE = "/xapi/docs/examples.json"
_PATIENCE = 20


@contextmanager
def attacked(port: int, each: int, *, until_ended: bool = False) -> Iterator[dict[str, int]]:
    """As long as it lasts, so many clients of each kind hold on. Gives how they were ended, afterwards.

    `until_ended` waits for the server to end all of them.
    """
    command = [sys.executable, "-m", "bench.attackers", "--port", str(port), "--each", str(each)]
    attackers = subprocess.Popen(
        [*command, "--large", LARGE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert attackers.stdin
    assert attackers.stdout
    outcomes: dict[str, int] = {}
    try:
        assert attackers.stdout.readline() == "holding\n"
        yield outcomes
        if not until_ended:
            attackers.stdin.close()
        outcomes.update(json.loads(attackers.stdout.readline()))
    finally:
        attackers.kill()
        attackers.wait()
        attackers.stdin.close()
        attackers.stdout.close()


def measure_pages(reader: Reader, port: int, path: str, count: int) -> list[float]:
    """Milliseconds of each page, each on a connection of its own."""

    def fetch() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        try:
            reader.open(connection, path)
        except OSError as error:
            sys.exit(f"A page failed after {_PATIENCE} s at the latest: {type(error).__name__}.")
        finally:
            connection.close()

    return [timed(fetch) * 1000 for _ in range(count)]


def _tell(name: str, taken: Sequence[float]) -> float:
    cuts = statistics.quantiles(taken, n=20)
    row(name, f"{cuts[18]:.0f} ms", f"95 % within; half within {cuts[9]:.0f} ms, all {max(taken):.0f} ms")
    return cuts[18]


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.attack", description=__doc__)
    options.add_argument("--each", type=int, default=200, help="clients of each kind")
    options.add_argument("--pages", type=int, default=300)
    options.add_argument("--server", default=SERVE)
    given = options.parse_args(arguments)
    with new_database() as url:
        engine = make_engine(url)
        sessions = make_sessions(engine, Settings(database_url=url, secret_key=SecretStr(SECRET)))
        install(engine, sessions)
        filled = settle(sessions)
        thread = add_thread(engine, filled, USUAL)
        engine.dispose()
        reader, port = Reader(filled.launch_id, filled.secret), free_port()
        pages = partial(measure_pages, reader, port, f"{reader.base}/threads/{thread}", given.pages)
        with running(given.server.format(port=port).split(), url, port):
            _tell("pages, with nobody else", pages())
            with attacked(port, given.each) as outcomes:
                worst = _tell(f"beside {given.each} clients of each kind", pages())
            for outcome, count in sorted(outcomes.items()):
                row(f"  {outcome}", str(count))
    if worst > GOAL:
        sys.exit(f"95 % of the pages should be there within {GOAL} ms.")


if __name__ == "__main__":
    main()
