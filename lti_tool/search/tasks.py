"""The job that finds posts whose words are not kept yet."""

from uuid import UUID

import procrastinate
from procrastinate import JobContext
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.search.service import index_missing

blueprint = procrastinate.Blueprint()

_AT_ONCE = 500


@blueprint.periodic(cron="17 * * * *")
@blueprint.task(name="complete", pass_context=True, queueing_lock="search:complete")
def complete(context: JobContext, timestamp: int) -> None:
    """Each hour: what was there before the search was, and what an older release wrote during an update."""
    del timestamp
    complete_index(context.additional_context["sessions"])


def complete_index(sessions: sessionmaker[Session]) -> None:
    after: UUID | None = UUID(int=0)
    while after is not None:
        with unit_of_work(sessions) as session:
            after = index_missing(session, after=after, at_most=_AT_ONCE)
