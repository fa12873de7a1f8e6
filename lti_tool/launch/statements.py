"""The statement of a launch."""

import structlog
from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.launch.events import Launched
from lti_tool.statements.recorder import Act, record_act, thing
from xapi import vocabulary
from xapi.validation import InvalidStatement

log = structlog.get_logger(__name__)


def on_launched(session: Session, event: Launched) -> None:
    """A launch goes on without its statement rather than fail: what it is made of, others wrote."""
    actor = event.actor
    act = Act(
        name="launched",
        subject_id=actor.launch_id,
        verb=vocabulary.LAUNCHED,
        object=thing(
            session, actor.placement_id, vocabulary.RESOURCE_LINK, name=actor.placement_title or None
        ),
        at=event.at,
    )
    try:
        record_act(session, actor, act)
    except InvalidStatement as error:
        log.error(  # noqa: TRY400  # path and reason say it all, a traceback would hold values
            "launch_not_recorded",
            registration=str(actor.registration_id),
            path=error.path,
            reason=error.reason,
        )


def subscribe_statements() -> None:
    subscribe(Launched, on_launched)
