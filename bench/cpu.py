"""CPU time of the processes that a benchmark sets to work, from Linux's /proc."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Engine, text

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(roots: Mapping[str, int]) -> dict[str, float]:
    """For each name, what its process and those it started have spent so far; a process counts once.

    Of two names for one line of processes, the nearer one counts. What has ended by now is left out.
    """
    names = {root: name for name, root in roots.items()}
    parents, spent = {}, {}
    for pid, parent, seconds in _processes():
        parents[pid], spent[pid] = parent, seconds
    total = dict.fromkeys(roots, 0.0)
    for pid, seconds in spent.items():
        name = next((names[ancestor] for ancestor in _line_of(pid, parents) if ancestor in names), None)
        if name is not None:
            total[name] += seconds
    return total


def database_process(engine: Engine) -> int:
    """The process that started the database's others; 0 where the server is on another machine."""
    with engine.connect() as connection:
        backend = connection.scalar(text("select pg_backend_pid()"))
    for pid, parent, _ in _processes():
        if pid == backend and Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").startswith("postgres"):
            return parent
    return 0


def _line_of(pid: int, parents: Mapping[int, int]) -> Iterator[int]:
    while pid:
        yield pid
        pid = parents.get(pid, 0)


def _processes() -> Iterator[tuple[int, int, float]]:
    """Process id, its parent's, and CPU seconds (proc_pid_stat(5), fields 1, 4, 14 and 15)."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        yield int(path.parent.name), int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICKS
