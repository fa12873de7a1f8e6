"""What a worker, the tool and `segue doctor` say of jobs that fail again and again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from click.testing import CliRunner
from sqlalchemy import text
from werkzeug.wrappers import Response

from lti_tool.cli import CommandLine, main
from lti_tool.core.db import driver_connection, unit_of_work
from lti_tool.health.worker import telling_health
from lti_tool.jobs import jobs
from tests.conftest import SECRET
from tests.servers import Counterpart, free_port, serving
from tests.statements.test_worker import Installation, until

NO_STORE = "http://127.0.0.1:9/xapi"
TIMES = 3


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(database_url, tmp_path)
    yield installation
    installation.engine.dispose()


def defer(installation: Installation, name: str, **arguments: Any) -> None:
    with unit_of_work(installation.sessions) as session:
        jobs.tasks[name].configure(connection=driver_connection(session)).defer(**arguments)


def states(installation: Installation, name: str) -> list[str]:
    with installation.sessions() as session:
        found = text("select status::text from procrastinate_jobs where task_name = :name")
        return list(session.scalars(found, {"name": name}))


RUN = text("update procrastinate_jobs set status = 'doing' where status = 'todo'")
FAIL = text(
    "select procrastinate_finish_job_v1(id, 'failed', false) from procrastinate_jobs where status = 'doing'"
)


def fail(installation: Installation, name: str, *, times: int, **arguments: Any) -> None:
    """Jobs of this kind ran and failed."""
    for _ in range(times):
        defer(installation, name, **arguments)
        with unit_of_work(installation.sessions) as session:
            session.execute(RUN)
            session.execute(FAIL)


def doctor(installation: Installation) -> str:
    environment = {"SEGUE_DATABASE_URL": installation.database_url, "SEGUE_SECRET_KEY": SECRET}
    line = CommandLine()
    told = CliRunner().invoke(main, ["doctor"], env=environment, obj=line).stdout
    line.engine.dispose()
    return told


def test_jobs_that_fail_again_and_again_are_told_by_worker_tool_and_doctor(
    installation: Installation,
) -> None:
    course = str(uuid4())  # there is none
    port = free_port()
    with installation.worker(NO_STORE, "--health-port", str(port)):

        def ready() -> dict[str, object]:
            try:
                answer = requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=10)
            except requests.ConnectionError:
                return {}
            assert answer.json()["ready"] == (answer.status_code == 200)
            return dict(answer.json())

        until(lambda: ready() == {"ready": True}, "the worker's readiness")
        for times in range(1, TIMES + 1):
            defer(installation, "people:sync_roster", course_id=course)
            until(lambda: states(installation, "people:sync_roster").count("failed") == times, "a failure")  # noqa: B023
            assert ready()["ready"] is (times < TIMES)
        assert ready() == {"ready": False, "why": "jobs", "failing_jobs": ["people:sync_roster"]}
        live = requests.get(f"http://127.0.0.1:{port}/health/live", timeout=10)
        assert (live.status_code, live.json()) == (200, {"live": True})
        assert requests.get(f"http://127.0.0.1:{port}/admin", timeout=10).status_code == 404
    answer = installation.app.test_client().get("/health/ready", base_url=installation.settings.base_url)
    assert (answer.status_code, answer.get_json()) == (
        200,
        {"ready": True, "failing_jobs": ["people:sync_roster"]},
    )
    assert "FAIL  jobs: these jobs fail repeatedly: people:sync_roster (3 times)" in doctor(installation)


def test_a_success_ends_the_failures_of_the_same_job_alone(installation: Installation) -> None:
    fail(installation, "launch:clear", times=TIMES, timestamp=1)
    fail(installation, "people:sync_roster", times=TIMES, course_id=str(uuid4()))
    found = doctor(installation)
    assert "launch:clear (3 times), people:sync_roster (3 times)" in found
    defer(installation, "launch:clear", timestamp=2)
    with installation.worker(NO_STORE):
        until(lambda: states(installation, "launch:clear") == [], "the job that succeeds")
    found = doctor(installation)
    assert "launch:clear" not in found
    assert "people:sync_roster (3 times)" in found


def test_a_new_worker_is_not_unready_for_what_failed_before_it(installation: Installation) -> None:
    """Or a release with the remedy would never be let in."""
    fail(installation, "people:sync_roster", times=TIMES, course_id=str(uuid4()))
    with telling_health(installation.sessions, host="127.0.0.1", port=0) as port:
        url = f"http://127.0.0.1:{port}/health/ready"
        assert requests.get(url, timeout=10).status_code == 200
        fail(installation, "people:sync_roster", times=TIMES, course_id=str(uuid4()))
        assert requests.get(url, timeout=10).status_code == 503


def test_a_store_that_is_down_leaves_a_worker_ready(installation: Installation) -> None:
    installation.record(5)
    store = Counterpart()
    store.answer = lambda _: Response(status=503)
    port = free_port()
    with serving(store) as url, installation.worker(f"{url}/xapi", "--health-port", str(port)):
        until(lambda: len(store.requests) >= 3, "several attempts")
        answer = requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=10)
    assert (answer.status_code, answer.json()) == (200, {"ready": True})
    assert "ok    jobs: no job fails" in doctor(installation)


def test_jobs_that_nobody_runs_are_told_by_doctor(installation: Installation) -> None:
    defer(installation, "launch:clear", timestamp=1)
    assert "ok    jobs" in doctor(installation)
    with unit_of_work(installation.sessions) as session:
        session.execute(text("update procrastinate_events set at = now() - interval '11 minutes'"))
    found = doctor(installation)
    assert "FAIL  jobs: the oldest waits since" in found
    assert "is `segue worker` running?" in found


def test_a_worker_without_its_tables_is_not_ready(installation: Installation) -> None:
    with telling_health(installation.sessions, host="127.0.0.1", port=0) as port:
        with unit_of_work(installation.sessions) as session:
            there = session.scalar(text("select version_num from alembic_version"))
            session.execute(text("update alembic_version set version_num = '0001'"))
        answer = requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=10)
        with unit_of_work(installation.sessions) as session:
            session.execute(text("update alembic_version set version_num = :there"), {"there": there})
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "why": "schema"})
