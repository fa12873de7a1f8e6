"""Statements of roles. Drawings have none, as they are nobody's act."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.people.agents import agent_of_person
from lti_tool.rotation.events import RoleGiven, RolePassedOn
from lti_tool.statements.recorder import Act, record_act, thing
from xapi import vocabulary


def on_role_given(session: Session, event: RoleGiven) -> None:
    """Staff are the actor, the learner is the object."""
    holder = event.holder
    record_act(
        session,
        event.actor,
        Act(
            name="role_given",
            subject_id=holder.id,
            verb=vocabulary.APPOINTED,
            object=agent_of_person(session, event.actor, holder.person_id),
            team=holder.group_id,
            extensions={vocabulary.ROLE: str(holder.role)},
            at=holder.created_at,
        ),
    )


def on_role_passed_on(session: Session, event: RolePassedOn) -> None:
    holder = event.holder
    record_act(
        session,
        event.actor,
        Act(
            name="role_passed_on",
            subject_id=event.id,
            verb=vocabulary.PASSED_ON,
            object=thing(session, holder.placement_id, vocabulary.RESOURCE_LINK),
            team=holder.group_id,
            extensions={vocabulary.ROLE: str(holder.role)},
            at=event.at,
        ),
    )


def subscribe_statements() -> None:
    subscribe(RoleGiven, on_role_given)
    subscribe(RolePassedOn, on_role_passed_on)
