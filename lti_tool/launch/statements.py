"""The statement of a launch."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.launch.events import Launched
from lti_tool.statements.recorder import Act, record_act, thing
from xapi import vocabulary


def on_launched(session: Session, event: Launched) -> None:
    actor = event.actor
    record_act(
        session,
        actor,
        Act(
            name="launched",
            subject_id=actor.launch_id,
            verb=vocabulary.LAUNCHED,
            object=thing(
                session, actor.placement_id, vocabulary.RESOURCE_LINK, name=actor.placement_title or None
            ),
            at=event.at,
        ),
    )


def subscribe_statements() -> None:
    subscribe(Launched, on_launched)
