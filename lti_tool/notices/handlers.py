"""Putting the tool's handler at a platform (Platform Notification Service 1.0, section 3)."""

from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.notices.models import NoticeHandler
from lti_tool.platforms.models import Deployment
from lti_tool.platforms.scopes import NOTICE_HANDLERS
from lti_tool.platforms.service_client import ServiceClient, ServiceRefusedError

log = structlog.get_logger(__name__)

_MEDIA_TYPE = "application/json"


def register_handler(sessions: sessionmaker[Session], deployment_id: UUID) -> None:
    """Say for each type of notice where to send it. Asking twice does no harm: a platform keeps one for each.

    Raises ServiceUnavailableError, so that the job is tried again. A platform that refuses is asked again by
    a launch of another day.
    """
    with unit_of_work(sessions) as session:
        wanted = session.get(NoticeHandler, deployment_id)
        if wanted is None or wanted.taken_at is not None:
            return
        registration_id = session.get_one(Deployment, deployment_id).registration_id
    client = ServiceClient(sessions, registration_id)
    try:
        for name in wanted.types:
            client.request(
                "PUT",
                wanted.service_url,
                scopes=(NOTICE_HANDLERS,),
                accept=_MEDIA_TYPE,
                content_type=_MEDIA_TYPE,
                body={"notice_type": name, "handler": wanted.handler_url},
            )
    except ServiceRefusedError as error:
        log.warning("notice_handler_refused", registration=str(registration_id), why=error.reason)
        return
    with unit_of_work(sessions) as session:
        session.get_one(NoticeHandler, deployment_id).taken_at = clock.now()
