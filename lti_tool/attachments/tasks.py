"""The job that deletes removed files and files that were never posted."""

from datetime import timedelta
from itertools import chain

import procrastinate
import structlog
from procrastinate import JobContext
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.attachments.models import Attachment
from lti_tool.core import clock
from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.storage.store import StorageError, storage_of

blueprint = procrastinate.Blueprint()
log = structlog.get_logger(__name__)

WAITS = timedelta(days=1)
_AT_ONCE = 100


@blueprint.periodic(cron="41 * * * *")
@blueprint.task(name="sweep", pass_context=True, queueing_lock="attachments:sweep")
def sweep(context: JobContext, timestamp: int) -> None:
    del timestamp
    sweep_files(context.additional_context["sessions"])


def sweep_files(sessions: sessionmaker[Session]) -> None:
    """Mark the row first, then delete the file, then the row: an interrupted sweep continues next time."""
    now = clock.now()
    with unit_of_work(sessions) as session:
        session.execute(
            update(Attachment)
            .where(Attachment.post_id.is_(None), Attachment.removed_at.is_(None))
            .where(Attachment.created_at < now - WAITS)
            .values(removed_at=now, form_id=None)
        )
    while _delete_some(sessions):
        pass


def _delete_some(sessions: sessionmaker[Session]) -> bool:
    with unit_of_work(sessions) as session:
        rows = session.scalars(
            select(Attachment)
            .where(Attachment.post_id.is_(None), Attachment.removed_at.is_not(None))
            .limit(_AT_ONCE)
        ).all()
        storage = storage_of(settings_of(session))
    try:
        for key in chain.from_iterable(row.keys for row in rows):
            storage.delete(key)
    except StorageError as error:
        log.warning("files_not_deleted", kind=str(error))
        return False
    with unit_of_work(sessions) as session:
        session.execute(delete(Attachment).where(Attachment.id.in_([row.id for row in rows])))
    return len(rows) == _AT_ONCE
