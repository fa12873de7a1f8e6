"""The statements of groups: one for each person who is put into one, or taken out."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.groups.events import PersonPlaced
from lti_tool.people.agents import agent_of_person
from lti_tool.statements.recorder import Act, record_act
from xapi import vocabulary


def on_person_placed(session: Session, event: PersonPlaced) -> None:
    """Staff did it, to the learner: who did not join by themselves is not said to have joined."""
    record_act(
        session,
        event.actor,
        Act(
            name="person_placed",
            subject_id=event.id,
            verb=vocabulary.ASSIGNED if event.joins else vocabulary.UNASSIGNED,
            object=agent_of_person(session, event.actor, event.person_id),
            team=event.group_id,
            at=event.at,
        ),
    )


def subscribe_statements() -> None:
    subscribe(PersonPlaced, on_person_placed)
