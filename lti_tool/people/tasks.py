"""The jobs that keep rosters up to date, and the launch that asks for one."""

from uuid import UUID

import procrastinate
from procrastinate import JobContext
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import driver_connection, unit_of_work
from lti_tool.core.events import subscribe
from lti_tool.launch.events import Launched
from lti_tool.people.roster_schedule import note_launch, take_due
from lti_tool.people.sync import sync_course

blueprint = procrastinate.Blueprint()


@blueprint.task(name="sync_roster", pass_context=True)
def sync_roster(context: JobContext, course_id: str) -> None:
    """Read one course's roster and apply it. What fails is noted there, and due again."""
    sync_course(_sessions(context), UUID(course_id))


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="sweep_rosters", pass_context=True, queueing_lock="people:sweep_rosters")
def sweep_rosters(context: JobContext, timestamp: int) -> None:
    """Each minute: what is due, was put off, or lost its worker."""
    del timestamp
    with unit_of_work(_sessions(context)) as session:
        ask_for_due(session)


def ask_for_due(session: Session, *, course_id: UUID | None = None) -> None:
    """Put a job into the queue for each course whose roster is due: one course, or all of them."""
    for due in take_due(session, course_id=course_id):
        # With the lock, jobs of one course run one after the other; those of others beside them.
        job = sync_roster.configure(connection=driver_connection(session), lock=f"roster:{due}")
        job.defer(course_id=str(due))


def on_launched(session: Session, event: Launched) -> None:
    actor = event.actor
    if note_launch(session, course_id=actor.course_id, is_staff=actor.role.is_staff):
        ask_for_due(session, course_id=actor.course_id)


def subscribe_roster() -> None:
    subscribe(Launched, on_launched)


def _sessions(context: JobContext) -> sessionmaker[Session]:
    found: sessionmaker[Session] = context.additional_context["sessions"]
    return found
