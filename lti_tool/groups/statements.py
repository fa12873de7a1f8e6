"""The statements of groups: one for each person who is put into one, or taken out."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.groups.events import PersonPlaced
from lti_tool.people.models import Person
from lti_tool.statements.recorder import Act, record_act
from xapi import vocabulary
from xapi.statement import account_agent


def on_person_placed(session: Session, event: PersonPlaced) -> None:
    """Staff did it, to the learner: who did not join by themselves is not said to have joined."""
    sub = session.scalars(select(Person.sub).filter_by(id=event.person_id)).one()
    record_act(
        session,
        event.actor,
        Act(
            name="person_placed",
            subject_id=event.id,
            verb=vocabulary.ASSIGNED if event.joins else vocabulary.UNASSIGNED,
            object=account_agent(event.actor.issuer, sub),
            team=event.group_id,
            at=event.at,
        ),
    )


def subscribe_statements() -> None:
    subscribe(PersonPlaced, on_person_placed)
