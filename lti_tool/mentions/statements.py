"""The statements of mentions: one for each person; of groups and staff there is none."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.mentions.events import Mentioned
from lti_tool.mentions.models import MentionKind
from lti_tool.people.models import Person
from lti_tool.statements.recorder import Act, record_act
from xapi import vocabulary
from xapi.statement import account_agent


def on_mentioned(session: Session, event: Mentioned) -> None:
    if event.mention.kind is not MentionKind.PERSON:
        return
    sub = session.scalars(select(Person.sub).filter_by(id=event.mention.person_id)).one()
    record_act(
        session,
        event.actor,
        Act(
            name="mentioned",
            subject_id=event.mention.id,
            verb=vocabulary.MENTIONED,
            object=account_agent(event.actor.issuer, sub),
            at=event.mention.created_at,
            refers_to=event.post_statement_id,
            unnamed=event.unnamed,
        ),
    )


def subscribe_statements() -> None:
    subscribe(Mentioned, on_mentioned)
