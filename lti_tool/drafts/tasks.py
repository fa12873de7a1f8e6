"""The job that deletes old drafts."""

from datetime import timedelta

import procrastinate
from procrastinate import JobContext
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.drafts.models import Draft

blueprint = procrastinate.Blueprint()

KEPT = timedelta(days=90)
_CLOSED_KEPT = timedelta(days=1)
"""Longer than any save can be under way."""


@blueprint.periodic(cron="43 3 * * *")
@blueprint.task(name="clear", pass_context=True, queueing_lock="drafts:clear")
def clear(context: JobContext, timestamp: int) -> None:
    del timestamp
    clear_idle(context.additional_context["sessions"])


def clear_idle(sessions: sessionmaker[Session]) -> None:
    """Delete drafts that were not changed for 90 days, and rows of sent drafts."""
    now = clock.now()
    with unit_of_work(sessions) as session:
        session.execute(delete(Draft).where(Draft.saved_at < now - KEPT))
        session.execute(delete(Draft).where(Draft.fields.is_(None), Draft.saved_at < now - _CLOSED_KEPT))
