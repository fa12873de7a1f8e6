"""What an administrator does on the page. Each act leaves a line in the log: what, to what, by whom."""

from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from lti_tool.admin.sessions import Administrator
from lti_tool.platforms import invitations, updates
from lti_tool.platforms import service as platforms
from lti_tool.statements.status import send_parked_again

log = structlog.get_logger(__name__)


def enable_registration(session: Session, by: Administrator, *, registration_id: UUID) -> None:
    """Let people in from a registration; a pending one is approved by it. Raises NotFoundError."""
    platforms.switch_registration(session, registration_id=registration_id, active=True)
    _note("registration_enabled", by, registration_id)


def disable_registration(session: Session, by: Administrator, *, registration_id: UUID) -> None:
    """Let nobody in from it, and end the sessions that came from it. Raises NotFoundError."""
    platforms.switch_registration(session, registration_id=registration_id, active=False)
    _note("registration_disabled", by, registration_id)


def approve_deployment(session: Session, by: Administrator, *, deployment_id: UUID) -> UUID:
    """Let people in from a deployment; the id of its registration. Raises NotFoundError."""
    approved = platforms.approve_deployment(session, deployment_row_id=deployment_id)
    _note("deployment_approved", by, deployment_id)
    return approved.registration_id


def apply_update(session: Session, by: Administrator, *, update_id: UUID) -> UUID:
    """Make a registration as its platform said again; the registration's id. Raises NotFoundError."""
    registration_id = updates.apply_update(session, update_id=update_id)
    _note("registration_updated", by, registration_id)
    return registration_id


def decline_update(session: Session, by: Administrator, *, update_id: UUID) -> UUID:
    """Leave a registration as it is; its id. Raises NotFoundError."""
    registration_id = updates.decline_update(session, update_id=update_id)
    _note("registration_update_declined", by, registration_id)
    return registration_id


def revoke_invitation(session: Session, by: Administrator, *, invitation_id: UUID) -> None:
    """Raises NotFoundError when it is not open any more."""
    invitations.revoke_invitation(session, invitation_id=invitation_id)
    _note("invitation_revoked", by, invitation_id)


def resend_statement(session: Session, by: Administrator, *, statement_id: UUID) -> None:
    """Let a parked statement be tried once more; nothing where it is not parked any more."""
    if send_parked_again(session, statement_id=statement_id):
        _note("statement_resent", by, statement_id)


def resend_statements(session: Session, by: Administrator, *, registration_id: UUID) -> None:
    """Let all that is parked of a registration be tried once more."""
    if send_parked_again(session, registration_id=registration_id):
        _note("statements_resent", by, registration_id)


def _note(act: str, by: Administrator, subject: UUID) -> None:
    log.info(act, subject=str(subject), by=str(by.session_id))
