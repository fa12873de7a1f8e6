"""A worker that is killed between two pages: nothing was written, and the next one reads them all."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.demo.lms.vocabulary import INSTRUCTOR
from tests.conftest import SECRET
from tests.people.rosters import INES, Platform, entries, entry, page

pytestmark = pytest.mark.slow

WITHIN = 60.0
LONG_SILENT = "update procrastinate_workers set last_heartbeat = now() - interval '5 minutes'"


@contextmanager
def worker(platform: Platform, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with platform.lms.sessions() as session:
        database_url = settings_of(session).database_url or ""
    environment = {**os.environ, "SEGUE_DATABASE_URL": database_url, "SEGUE_SECRET_KEY": SECRET}
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lti_tool", "worker"], env=environment, stdout=log, stderr=log, cwd=folder
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_kill_between_pages_leaves_nothing_half_done(platform: Platform, tmp_path: Path) -> None:
    on_its_way, held = threading.Event(), threading.Event()

    def answer(request: Request) -> Response:
        if "second" not in request.args:
            return page([entry(INES.sub, role=INSTRUCTOR), *entries(50)], next="?second")
        on_its_way.set()
        held.wait(WITHIN)
        return page(entries(50, start=50))

    platform.enter()
    platform.answer(answer)
    with worker(platform, tmp_path) as first:
        assert on_its_way.wait(WITHIN), (tmp_path / "worker.log").read_text()
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    held.set()
    assert platform.present() == {INES.sub}
    assert platform.state().tried_at is None
    # As if the dead worker's lease had run out; its job holds the course's lock until it is rescued.
    with unit_of_work(platform.lms.sessions) as session:
        session.execute(text("update roster_sync set due_at = now()"))
        session.execute(text(LONG_SILENT))
    with worker(platform, tmp_path):
        deadline, pause = time.monotonic() + 2 * WITHIN, threading.Event()
        while platform.state().synced_at is None:
            assert time.monotonic() < deadline, (tmp_path / "worker.log").read_text()
            pause.wait(0.1)
    assert len(platform.present()) == 101
