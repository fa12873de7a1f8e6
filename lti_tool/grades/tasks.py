"""The jobs that send scores to platforms' gradebooks."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import procrastinate
from procrastinate import JobContext
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import driver_connection, unit_of_work
from lti_tool.grades.sending import registrations_due, send_due

blueprint = procrastinate.Blueprint()


@blueprint.task(name="send_scores", pass_context=True)
def send_scores(context: JobContext, registration_id: str) -> None:
    """Send what is due at one platform. Finding nothing is as usual as finding much."""
    again = send_due(_sessions(context), UUID(registration_id))
    # When this process ends before it says so, the sweep finds the rows within a minute.
    if again is not None:
        in_seconds = int((again + timedelta(seconds=1)).total_seconds())
        _later(_sessions(context), registration_id, in_seconds)


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="sweep", pass_context=True, queueing_lock="grades:sweep")
def sweep(context: JobContext, timestamp: int) -> None:
    """Each minute: a job for each platform where an ended worker left something, or whose rest is over."""
    del timestamp
    for registration_id in registrations_due(_sessions(context)):
        _later(_sessions(context), str(registration_id), 0)


def _later(sessions: sessionmaker[Session], registration_id: str, seconds: int) -> None:
    """One such job a platform: a second one would find the same."""
    with suppress(AlreadyEnqueued), unit_of_work(sessions) as session:
        job = send_scores.configure(
            connection=driver_connection(session),
            schedule_in={"seconds": seconds},
            queueing_lock=f"grades:send:{registration_id}",
        )
        job.defer(registration_id=registration_id)


def _sessions(context: JobContext) -> sessionmaker[Session]:
    found: sessionmaker[Session] = context.additional_context["sessions"]
    return found
