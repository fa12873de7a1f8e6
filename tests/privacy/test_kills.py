"""`segue person erase`, killed by SIGKILL in each of its steps, and done again: nothing is left half-erased.

The child is a process of its own. A trigger has it wait inside the step, until it is killed.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from lti_tool.settings import Settings
from lti_tool.statements.models import StatementRow, StatementState
from lti_tool.storage.store import storage_of
from tests.attachments.files import photo, post_with_pictures
from tests.browser.everything import furnish_everything
from tests.conftest import SECRET
from tests.contract.conftest import everything
from tests.factories.entrances import ISSUER, Course
from tests.privacy.canaries import CANARY, deliver, everywhere, files_of, plant
from tests.privacy.test_erasing import furnish_more
from tests.test_cli import Segue
from tests.test_cli import segue as segue  # noqa: PLC0414  # a fixture
from tests.threads.test_threads import post_thread

pytestmark = pytest.mark.slow

ERASE = ("person", "erase", "--platform", ISSUER, "--sub", "ana-ruiz", "--yes", "--list", "list.jsonl")
AGAIN = ("person", "erase", "--again", "--yes", "--list", "list.jsonl")
_LOCK = 20_260_034
_SOMEBODY_WAITS = f"""
    select exists (
        select from pg_locks join pg_database on pg_database.oid = pg_locks.database
        where datname = current_database() and locktype = 'advisory' and objid = {_LOCK} and not granted
    )
"""

# Where in the one transaction the child waits, from its first to its last write.
STEPS = {
    "the name is taken out of others' posts": "before update of body on post for each row",
    "voids are recorded": "before insert on statement for each row",
    "the built-in store deletes its own": "before delete on record_store_statement for each row",
    "rows are deleted": "before delete on membership for each row",
    "posts are withdrawn": "before update of state on post for each row",
}
COMMIT = "after insert on erasure deferrable initially deferred for each row"
FILES = "before delete on attachment for each row"


@contextmanager
def a_halt(engine: Engine, where: str) -> Iterator[None]:
    """Whoever comes there waits for as long as this block goes on, and goes on after it."""
    kind = "constraint trigger" if "deferrable" in where else "trigger"
    with engine.connect() as holding:
        holding.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
        with engine.begin() as connection:
            connection.execute(
                text(
                    f"""
                    create or replace function halt() returns trigger language plpgsql as $$
                    begin
                        perform pg_advisory_xact_lock_shared({_LOCK});
                        return case when tg_op = 'DELETE' then old else new end;
                    end $$
                    """
                )
            )
            connection.execute(text(f"create {kind} halt {where} execute function halt()"))
        try:
            yield
        finally:
            holding.execute(text("select pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            table = where.partition(" on ")[2].partition(" ")[0]
            # This waits for whoever still has to do with the table.
            with engine.begin() as connection:
                connection.execute(text(f"drop trigger halt on {table}"))


def until(engine: Engine, condition: str, child: "subprocess.Popen[bytes] | None" = None) -> None:
    pause = threading.Event()
    with engine.connect() as connection:
        while not connection.scalar(text(condition)):
            connection.rollback()
            assert child is None or child.poll() is None, child.communicate()[1].decode()
            pause.wait(0.02)


def kill_at(engine: Engine, where: str, command: tuple[str, ...], database_url: str) -> None:
    """Begin it, wait until it waits there, kill it, and wait until the database has done with it."""
    segue = str(Path(sys.executable).parent / "segue")
    env = {
        "SEGUE_DATABASE_URL": database_url,
        "SEGUE_SECRET_KEY": SECRET,
        "SEGUE_MEDIA_URL": os.environ["SEGUE_MEDIA_URL"],
    }
    with a_halt(engine, where):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        child = subprocess.Popen([segue, *command], env=env, **quiet)  # type: ignore[call-overload]
        until(engine, _SOMEBODY_WAITS, child)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert child.returncode == -signal.SIGKILL


@pytest.fixture
def settings(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SEGUE_MEDIA_URL", settings.media_url or "")
    return settings


def test_killed_in_any_step_it_is_done_by_doing_it_again(
    segue: Segue, course: Course, session: Session, settings: Settings, engine: Engine, database_url: str
) -> None:
    there = furnish_everything(course, session)
    furnish_more(course, session, there)
    ana = there.place.owner
    post_with_pictures(ana, {"A whiteboard of mine": photo((300, 200))})
    deliver(course, settings, engine)
    post_thread(ana, title="Not sent yet")
    person_id = ana.actor.person_id
    sent = {
        str(row.id)
        for row in session.scalars(select(StatementRow).filter_by(person_id=person_id))
        if row.state is StatementState.SENT
    }
    assert sent
    plant(engine, person_id)
    files, storage = set(files_of(session, person_id)), storage_of(settings)
    session.rollback()
    before = everything(engine)
    for step, where in STEPS.items():
        kill_at(engine, where, ERASE, database_url)
        assert everything(engine) == before, step
        assert files <= set(storage.keys()), step
    kill_at(engine, COMMIT, ERASE, database_url)
    # The database had been told to commit, so it did; nobody heard of it. The files are still there.
    assert files <= set(storage.keys())
    assert CANARY not in everywhere(engine)
    assert "No data of this person was found" in segue(*ERASE).stderr
    kill_at(engine, FILES, AGAIN, database_url)
    assert set(files_of(session, person_id))
    session.rollback()
    done = segue(*AGAIN)
    assert (done.exit_code, done.stderr) == (0, "")
    assert files_of(session, person_id) == []
    assert not files & set(storage.keys())
    voided = session.scalars(select(StatementRow.subject_id).filter_by(event="voided")).all()
    assert sent <= set(map(str, voided))
    assert len(set(voided)) == len(voided)
    told = [json.loads(line) for line in Path("list.jsonl").read_text(encoding="utf-8").splitlines()]
    ids = {it for one in told for it in one["statement_ids"]}
    assert ids == {str(it) for it in voided}
    assert {"homePage": ISSUER, "name": "ana-ruiz"} in told[0]["accounts"]
    left = everywhere(engine)
    assert not [it for it in (CANARY, "ana-ruiz", "Ana Ruiz") if it in left]
    assert all(UUID(it) for it in ids)
