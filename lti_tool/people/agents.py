"""How statements name somebody else than the one who acts."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.people.models import Person
from lti_tool.statements.actors import Agent, agent_of


def agent_of_person(session: Session, actor: Actor, person_id: UUID) -> Agent:
    """A person of the actor's platform. One query for their `sub`, and one for the key of a pseudonym."""
    sub = session.execute(select(Person.sub).where(Person.id == person_id)).scalar_one()
    return agent_of(session, actor, person_id, sub)
