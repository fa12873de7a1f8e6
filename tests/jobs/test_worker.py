"""Every kind of job in the process that runs them, as `segue worker` starts it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from lti_tool.core import clock
from lti_tool.core.db import driver_connection, unit_of_work
from lti_tool.grades.models import Score
from lti_tool.jobs import jobs
from lti_tool.notices.models import NoticeHandler
from lti_tool.people.models import RosterSync
from tests.grades.conftest import ANA, INES, Gradebook
from tests.grades.test_sending import give
from tests.served_lms import serve_lms
from tests.statements.test_worker import Installation, until

NO_STORE = "http://127.0.0.1:9/xapi"
OWN = {name for name in jobs.tasks if not name.startswith(("builtin:", "procrastinate."))}
PERIODIC = {periodic.task.name for periodic in jobs.periodic_registry.periodic_tasks.values()}


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(database_url, tmp_path)
    yield installation
    installation.engine.dispose()


@pytest.fixture
def gradebook(installation: Installation, tmp_path: Path, lms_pem: bytes) -> Iterator[Gradebook]:
    """An LMS that offers everything that jobs are about."""
    app, sessions, folder = installation.app, installation.sessions, tmp_path / "lms"
    with serve_lms(app, sessions, folder, lms_pem, offers_notices=True) as lms:
        yield Gradebook(lms, installation.app, installation.sessions)


def outcomes(installation: Installation) -> dict[str, set[str]]:
    """The states of the jobs that are there; a worker deletes those that succeeded."""
    found: dict[str, set[str]] = {}
    with installation.sessions() as session:
        for name, status in session.execute(text("select task_name, status::text from procrastinate_jobs")):
            found.setdefault(name, set()).add(status)
    return found


def test_every_kind_of_job_succeeds_in_a_worker(installation: Installation, gradebook: Gradebook) -> None:
    ana, ines = gradebook.enter(ANA), gradebook.enter(INES)
    give(gradebook, ines, ana, "3")
    long_ago = clock.now() - timedelta(minutes=1)
    with unit_of_work(installation.sessions) as session:
        # The sweeps must ask for these by themselves.
        session.execute(text("delete from procrastinate_jobs where task_name <> 'notices:ask_for_notices'"))
        session.execute(update(RosterSync).values(due_at=long_ago))
        connection = driver_connection(session)
        for name in PERIODIC:
            jobs.tasks[name].configure(connection=connection).defer(timestamp=0)
    told = {"notices:ask_for_notices", "people:sync_roster", "grades:send_scores"}
    assert told | PERIODIC == OWN

    def is_done() -> bool:
        with installation.sessions() as session:
            synced = session.scalars(select(RosterSync.synced_at)).one()
            taken = session.scalars(select(NoticeHandler.taken_at)).one()
            sent = (
                session.scalars(select(Score.due_at).filter_by(person_id=ana.actor.person_id)).one() is None
            )
        return bool(synced and taken and sent) and not outcomes(installation)

    with installation.worker(NO_STORE):
        until(lambda: is_done() or "failed" in str(outcomes(installation)), "all kinds of jobs")
    assert outcomes(installation) == {}, (installation.folder / "worker.log").read_text()
    assert is_done()
