"""Whether the worker's jobs succeed, by Procrastinate's own tables.

A job that failed keeps its row until the same job succeeds (`forget_failures`), so the rows that are there
are failures in a row. Record stores, platforms and mail servers that are down make no job fail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from procrastinate import JobContext
from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.core import clock

_AGAIN_AND_AGAIN = 3
_WAITS_TOO_LONG = timedelta(minutes=10)
_KEPT = timedelta(days=7)

_FAILING = text(
    """
    select job.task_name, count(*) from procrastinate_jobs job
    join procrastinate_events event on event.job_id = job.id and event.type = 'failed'
    where job.status = 'failed' and event.at >= :since
    group by job.task_name having count(*) >= :times order by job.task_name
    """
)

_WAITING = text(
    """
    select min(coalesce(job.scheduled_at, event.at)) from procrastinate_jobs job
    join procrastinate_events event on event.job_id = job.id and event.type = 'deferred'
    where job.status = 'todo'
    """
)

# A periodic job has the moment of its run among its arguments, which says nothing of which job it is.
_FORGET = """
    delete from procrastinate_jobs
    where status = 'failed' and task_name = %(task_name)s
        and args - 'timestamp' = cast(%(args)s as jsonb) - 'timestamp'
"""

_FORGET_OLD = """
    delete from procrastinate_jobs job using procrastinate_events event
    where job.status = 'failed' and event.job_id = job.id and event.type = 'failed' and event.at < %(before)s
"""


@dataclass(frozen=True, slots=True)
class FailingJobs:
    """A kind of job that failed again and again."""

    name: str
    times: int


def failing_jobs(session: Session, *, since: datetime | None = None) -> Sequence[FailingJobs]:
    """The kinds of jobs that failed three times or more since they last succeeded. One query."""
    known = {"since": since or clock.now() - _KEPT, "times": _AGAIN_AND_AGAIN}
    return [FailingJobs(*row) for row in session.execute(_FAILING, known)]


def waiting_since(session: Session) -> datetime | None:
    """Since when the oldest job waits, where that is longer than any worker would let it wait."""
    oldest: datetime | None = session.scalar(_WAITING)
    return oldest if oldest is not None and oldest < clock.now() - _WAITS_TOO_LONG else None


async def forget_failures(context: JobContext) -> None:
    """This job succeeded: its earlier failures are over."""
    await context.app.connector.execute_query_async(
        _FORGET, task_name=context.job.task_name, args=context.job.task_kwargs
    )


async def forget_old_failures(context: JobContext) -> None:
    """What nobody tries any more, such as the roster of a course that is not used, is forgotten in a week."""
    await context.app.connector.execute_query_async(_FORGET_OLD, before=clock.now() - _KEPT)
