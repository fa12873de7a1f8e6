"""The statements of follow-ups. None of them holds a word of the plan or the report."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.follow_ups.events import FollowUpPlanned, OutcomeReported
from lti_tool.follow_ups.models import FollowUp, Outcome
from lti_tool.posts.models import Conversation, Post
from lti_tool.posts.statements import conversation_thing
from lti_tool.statements.recorder import Act, Activity, Part, record_act, thing
from xapi import vocabulary

_RESULT: dict[Outcome, dict[str, Any]] = {
    Outcome.DID: {"success": True, "completion": True},
    Outcome.TRIED: {"success": False, "completion": True},
    Outcome.NOT_YET: {"completion": False},
    Outcome.CHANGED: {"completion": False},
}


def on_follow_up_planned(session: Session, event: FollowUpPlanned) -> None:
    follow_up = event.follow_up
    record_act(
        session,
        event.actor,
        Act(
            name="follow_up_planned",
            subject_id=follow_up.id,
            statement_id=follow_up.statement_id,
            verb=vocabulary.PLANNED,
            object=thing(session, follow_up.id, vocabulary.WORKPLACE_ACTION),
            parents=_parents(session, follow_up),
            refers_to=event.source.statement_id if event.source else None,
            extensions={vocabulary.DUE_DATE: follow_up.due_on.isoformat()},
            at=follow_up.created_at,
            part=Part(vocabulary.FOLLOW_UPS_VERSION, follow_up.id, is_first=True),
        ),
    )


def on_outcome_reported(session: Session, event: OutcomeReported) -> None:
    follow_up, report = event.follow_up, event.report
    record_act(
        session,
        event.actor,
        Act(
            name="outcome_reported",
            subject_id=report.id,
            verb=vocabulary.REPORTED,
            object=thing(session, follow_up.id, vocabulary.WORKPLACE_ACTION),
            parents=_parents(session, follow_up),
            refers_to=follow_up.statement_id,
            result=_RESULT[report.outcome],
            extensions={
                vocabulary.OUTCOME: str(report.outcome),
                vocabulary.DUE_DATE: follow_up.due_on.isoformat(),
            },
            at=report.created_at,
            part=Part(vocabulary.FOLLOW_UPS_VERSION, follow_up.id),
        ),
    )


def _parents(session: Session, follow_up: FollowUp) -> list[Activity]:
    """The conversation that the plan came from."""
    if follow_up.source_post_id is None:
        return []
    source = session.scalars(
        select(Conversation)
        .join(Post, Post.conversation_id == Conversation.id)
        .where(Post.id == follow_up.source_post_id)
    ).one()
    return [conversation_thing(session, source)]


def subscribe_statements() -> None:
    subscribe(FollowUpPlanned, on_follow_up_planned)
    subscribe(OutcomeReported, on_outcome_reported)
