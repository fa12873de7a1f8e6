"""The job application: every feature's tasks, and the worker that runs them."""

import asyncio
from datetime import timedelta

import procrastinate
from procrastinate import JobContext
from procrastinate.jobs import DeleteJobCondition
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.drafts import tasks as drafts
from lti_tool.grades import tasks as grades
from lti_tool.launch import tasks as launch
from lti_tool.notices import tasks as notices
from lti_tool.people import tasks as people
from lti_tool.posts.attachments import tasks as attachments
from lti_tool.posts.rotation import tasks as rotation
from lti_tool.search import tasks as search
from lti_tool.settings import Settings
from lti_tool.statements.dispatch import Dispatcher

jobs = procrastinate.App(connector=procrastinate.PsycopgConnector())
jobs.add_tasks_from(attachments.blueprint, namespace="attachments")
jobs.add_tasks_from(drafts.blueprint, namespace="drafts")
jobs.add_tasks_from(grades.blueprint, namespace="grades")
jobs.add_tasks_from(launch.blueprint, namespace="launch")
jobs.add_tasks_from(notices.blueprint, namespace="notices")
jobs.add_tasks_from(people.blueprint, namespace="people")
jobs.add_tasks_from(rotation.blueprint, namespace="rotation")
jobs.add_tasks_from(search.blueprint, namespace="search")

_STALLED_AFTER = timedelta(seconds=60)


@jobs.periodic(cron="* * * * *")
@jobs.task(name="rescue", pass_context=True, queueing_lock="jobs:rescue")
async def rescue(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that were killed to those that live."""
    del timestamp
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER.total_seconds()):
        await manager.retry_job(job)


def run_worker(settings: Settings, sessions: sessionmaker[Session], *, concurrency: int) -> None:
    """Run jobs and deliver statements until SIGINT or SIGTERM, then finish what is begun and return."""
    url = make_url(settings.database_url or "").set(drivername="postgresql")
    connector = procrastinate.PsycopgConnector(conninfo=url.render_as_string(hide_password=False))
    with jobs.replace_connector(connector), Dispatcher(sessions):
        asyncio.run(_work(sessions, concurrency))


async def _work(sessions: sessionmaker[Session], concurrency: int) -> None:
    async with jobs.open_async():
        await jobs.run_worker_async(
            name="segue",
            concurrency=concurrency,
            additional_context={"sessions": sessions},
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            shutdown_graceful_timeout=25,
        )
