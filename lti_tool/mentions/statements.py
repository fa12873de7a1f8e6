"""Statements of mentions: one for each person, none for groups and staff."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.mentions.events import Mentioned
from lti_tool.people.agents import agent_of_person
from lti_tool.statements.recorder import Act, record_act
from xapi import vocabulary


def on_mentioned(session: Session, event: Mentioned) -> None:
    if event.mention.person_id is None:
        return
    record_act(
        session,
        event.actor,
        Act(
            name="mentioned",
            subject_id=event.mention.id,
            verb=vocabulary.MENTIONED,
            object=agent_of_person(session, event.actor, event.mention.person_id),
            at=event.mention.created_at,
            parents=[event.conversation],
            refers_to=event.post_statement_id,
            unnamed=event.unnamed,
        ),
    )


def subscribe_statements() -> None:
    subscribe(Mentioned, on_mentioned)
