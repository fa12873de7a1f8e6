"""The job application: every feature's tasks, and the worker that runs them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import procrastinate
from procrastinate import JobContext
from procrastinate.connector import BaseConnector
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.attachments import tasks as attachments
from lti_tool.drafts import tasks as drafts
from lti_tool.grades import tasks as grades
from lti_tool.health.jobs import forget_failures, forget_old_failures
from lti_tool.launch import tasks as launch
from lti_tool.notices import tasks as notices
from lti_tool.people import tasks as people
from lti_tool.rotation import tasks as rotation
from lti_tool.settings import Settings
from lti_tool.statements.dispatch import Dispatcher


class _Connector(procrastinate.PsycopgConnector):
    """The worker's own connections are asynchronous; its tasks defer jobs in their sessions' transactions.

    Procrastinate would send such a job by the asynchronous pool once a worker has opened it, and fail, as a
    session's connection is not of that kind. This one is never opened: a job without a connection of a
    transaction (`core.db.driver_connection`) is an error in all processes alike.
    """

    def get_sync_connector(self) -> BaseConnector:
        return procrastinate.SyncPsycopgConnector()


jobs = procrastinate.App(connector=_Connector())
jobs.add_tasks_from(attachments.blueprint, namespace="attachments")
jobs.add_tasks_from(drafts.blueprint, namespace="drafts")
jobs.add_tasks_from(grades.blueprint, namespace="grades")
jobs.add_tasks_from(launch.blueprint, namespace="launch")
jobs.add_tasks_from(notices.blueprint, namespace="notices")
jobs.add_tasks_from(people.blueprint, namespace="people")
jobs.add_tasks_from(rotation.blueprint, namespace="rotation")

_STALLED_AFTER = timedelta(seconds=60)


@jobs.periodic(cron="* * * * *")
@jobs.task(name="rescue", pass_context=True, queueing_lock="jobs:rescue")
async def rescue(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that were killed to those that live."""
    del timestamp
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER.total_seconds()):
        await manager.retry_job(job)
    await forget_old_failures(context)


async def _forget_failures_after(
    call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker
) -> Any:
    """Around each job that a worker runs."""
    del worker
    outcome = await call_next()
    await forget_failures(context)
    return outcome


def run_worker(settings: Settings, sessions: sessionmaker[Session], *, concurrency: int) -> None:
    """Run jobs and deliver statements until SIGINT or SIGTERM, then finish what is begun and return."""
    url = make_url(settings.database_url or "").set(drivername="postgresql")
    connector = _Connector(conninfo=url.render_as_string(hide_password=False))
    with jobs.replace_connector(connector), Dispatcher(sessions):
        asyncio.run(_work(sessions, concurrency))


async def _work(sessions: sessionmaker[Session], concurrency: int) -> None:
    async with jobs.open_async():
        await jobs.run_worker_async(
            name="segue",
            concurrency=concurrency,
            additional_context={"sessions": sessions},
            worker_middleware=[_forget_failures_after],
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            shutdown_graceful_timeout=25,
        )
