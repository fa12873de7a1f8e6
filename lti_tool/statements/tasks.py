"""The jobs that deliver statements."""

from datetime import timedelta
from uuid import UUID

import procrastinate
from procrastinate import JobContext
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.statements.delivery import deliver_due, registrations_due

blueprint = procrastinate.Blueprint()


@blueprint.task(name="deliver", pass_context=True)
def deliver(context: JobContext, registration_id: str) -> None:
    """Send what is due for one registration. Finding nothing is as usual as finding much."""
    _deliver(_sessions(context), UUID(registration_id))


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="sweep", pass_context=True, queueing_lock="statements:sweep")
def sweep(context: JobContext, timestamp: int) -> None:
    """Each minute, and at a worker's start: what an ended worker or a full stop left behind."""
    del timestamp
    for registration_id in registrations_due(_sessions(context)):
        _deliver(_sessions(context), registration_id)


def _sessions(context: JobContext) -> sessionmaker[Session]:
    found: sessionmaker[Session] = context.additional_context["sessions"]
    return found


def _deliver(sessions: sessionmaker[Session], registration_id: UUID) -> None:
    again = deliver_due(sessions, registration_id)
    # When this process ends before it says so, the sweep finds the rows within a minute.
    if again is not None:
        in_seconds = int((again + timedelta(seconds=1)).total_seconds())
        deliver.configure(schedule_in={"seconds": in_seconds}).defer(registration_id=str(registration_id))
