"""Asking a platform to be told: once for each deployment, and again at most once a day until it agrees."""

from datetime import timedelta

from sqlalchemy import and_, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.db import driver_connection, settings_of
from lti_tool.core.events import subscribe
from lti_tool.launch.events import Admitted
from lti_tool.notices.claims import TYPES
from lti_tool.notices.models import NoticeHandler
from lti_tool.notices.tasks import ask_for_notices
from lti_tool.platforms.scopes import NOTICE_HANDLERS

_ASK_AGAIN = timedelta(days=1)
_WANTED = ("service_url", "handler_url", "types")


def on_admitted(session: Session, event: Admitted) -> None:
    """Have the platform asked, where it offers notices and has not agreed yet. Most often one query.

    Of several launches at once one has it asked: the update is conditional, as the look before it is.
    """
    offered = event.notifications
    types = [name for name in TYPES if offered and name in offered.notice_types_supported]
    if offered is None or NOTICE_HANDLERS not in offered.scope or not types:
        return
    wanted = {
        "service_url": offered.platform_notification_service_url,
        "handler_url": f"{settings_of(session).base_url}/lti/notices",
        "types": types,
    }
    now = clock.now()
    known = session.get(NoticeHandler, event.deployment_id)
    as_before = known is not None and all(getattr(known, name) == wanted[name] for name in _WANTED)
    if as_before and known and (known.taken_at is not None or known.asked_at > now - _ASK_AGAIN):
        return
    values = {**wanted, "asked_at": now, "taken_at": None}
    changed = or_(*(getattr(NoticeHandler, name) != wanted[name] for name in _WANTED))
    waited = and_(NoticeHandler.taken_at.is_(None), NoticeHandler.asked_at <= now - _ASK_AGAIN)
    asks = session.execute(
        insert(NoticeHandler)
        .values(deployment_id=event.deployment_id, **values)
        .on_conflict_do_update(index_elements=["deployment_id"], set_=values, where=or_(changed, waited))
        .returning(NoticeHandler.deployment_id)
    ).one_or_none()
    if asks is not None:
        job = ask_for_notices.configure(connection=driver_connection(session))
        job.defer(deployment_id=str(event.deployment_id))


def subscribe_to_launches() -> None:
    subscribe(Admitted, on_admitted)
