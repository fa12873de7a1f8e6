"""The job that clears away what is over."""

from datetime import timedelta

import procrastinate
from procrastinate import JobContext
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.launch.models import Launch, LaunchAttempt, LaunchPending

blueprint = procrastinate.Blueprint()

_KEPT = timedelta(days=1)
"""A used or expired state is still told apart from an unknown one for a day."""


@blueprint.periodic(cron="17 * * * *")
@blueprint.task(name="clear", pass_context=True, queueing_lock="launch:clear")
def clear(context: JobContext, timestamp: int) -> None:
    del timestamp
    clear_ended(context.additional_context["sessions"])


def clear_ended(sessions: sessionmaker[Session]) -> None:
    """Delete login attempts and sessions that ended more than a day ago, and held launches at once."""
    now = clock.now()
    before = now - _KEPT
    with unit_of_work(sessions) as session:
        session.execute(delete(LaunchPending).where(LaunchPending.expires_at < now))
        session.execute(delete(LaunchAttempt).where(LaunchAttempt.expires_at < before))
        session.execute(delete(Launch).where(Launch.expires_at < before))
