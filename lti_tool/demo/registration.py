"""Making the demo LMS and the tool known to each other."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms.claims import LMS_NAME
from lti_tool.demo.settings import DEPLOYMENT_ID, DemoSettings
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import add_platform
from lti_tool.record_store.credentials import ensure_credential


def connect_lms(sessions: sessionmaker[Session], demo: DemoSettings) -> None:
    """Register the LMS as a platform, and let it read the record store. Safe to run again."""
    lms = demo.lms_config()
    username, password = demo.records_reader
    with unit_of_work(sessions) as session:
        ensure_credential(
            session, label="Demo LMS (reading)", username=username, secret=password, can_write=False
        )
        known = session.scalars(
            select(Registration.id).filter_by(issuer=lms.issuer, client_id=lms.client_id)
        ).one_or_none()
        if known is None:
            add_platform(
                session,
                issuer=lms.issuer,
                client_id=lms.client_id,
                auth_login_url=lms.auth_url,
                auth_token_url=lms.token_url,
                jwks_url=lms.jwks_url,
                deployment_ids=[DEPLOYMENT_ID],
                label=LMS_NAME,
            )
