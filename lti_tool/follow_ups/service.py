"""What people do with follow-ups."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from lti_tool.core import events
from lti_tool.core.actor import Actor
from lti_tool.core.db import insert_once
from lti_tool.core.errors import NotFoundError
from lti_tool.core.ids import new_random_id
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.drafts.service import close_draft
from lti_tool.follow_ups.events import FollowUpPlanned, OutcomeReported
from lti_tool.follow_ups.models import FollowUp, FollowUpReport, FollowUpState, Outcome, Plan
from lti_tool.posts.audiences import is_owners
from lti_tool.posts.service import access_post
from lti_tool.posts.writing import FormState

_STATE_AFTER = {
    Outcome.DID: FollowUpState.DONE,
    Outcome.TRIED: FollowUpState.TRIED,
    Outcome.NOT_YET: FollowUpState.OPEN,
    Outcome.CHANGED: FollowUpState.OPEN,
}


def readable_follow_up(actor: Actor) -> ColumnElement[bool]:
    return and_(FollowUp.course_id == actor.course_id, is_owners(actor, FollowUp, FollowUp.person_id))


def access_follow_up(
    session: Session, actor: Actor, follow_up_id: UUID, *, to_write: bool = False
) -> FollowUp:
    """The follow-up, for its owner alone; `to_write` keeps others of the owner's requests waiting."""
    query = _mine(actor, follow_up_id)
    if to_write:
        # What another request changed meanwhile counts, not what this one read before.
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def plan_reported_on(session: Session, actor: Actor, follow_up_id: UUID, *, submission_key: UUID) -> Plan:
    """The plan that a report is about: the present one, or for a report sent again the one it changed."""
    query = _mine(actor, follow_up_id).add_columns(FollowUpReport)
    found = session.execute(
        query.outerjoin(
            FollowUpReport,
            (FollowUpReport.follow_up_id == FollowUp.id) & (FollowUpReport.submission_key == submission_key),
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    follow_up, sent_before = found
    present: Plan = follow_up.plan
    changed: Plan | None = sent_before.earlier_plan if sent_before else None
    return changed or present


def place_of_plan(actor: Actor, source_post_id: UUID | None) -> DraftPlace:
    """Where the draft of a plan is kept."""
    if source_post_id:
        return DraftPlace(DraftKind.PLAN_FROM, source_post_id)
    return DraftPlace(DraftKind.PLAN, actor.placement_id)


def plan_follow_up(
    session: Session,
    actor: Actor,
    *,
    cue: str,
    action: str,
    due_on: date,
    submission_key: UUID,
    source_post_id: UUID | None = None,
    draft: FormState | None = None,
) -> FollowUp:
    """Carry something into work, from a post or from nowhere in particular."""
    source = access_post(session, actor, source_post_id) if source_post_id else None
    follow_up, made = insert_once(
        session,
        FollowUp,
        key=("person_id", "submission_key"),
        person_id=actor.person_id,
        submission_key=submission_key,
        course_id=actor.course_id,
        source_post_id=source_post_id,
        cue=cue,
        action=action,
        due_on=due_on,
        statement_id=new_random_id(),
    )
    close_draft(session, actor, place=place_of_plan(actor, source_post_id), form=draft)
    if made:
        events.record(session, FollowUpPlanned(actor, follow_up, source))
    return follow_up


def report_outcome(
    session: Session,
    actor: Actor,
    *,
    follow_up_id: UUID,
    outcome: Outcome,
    submission_key: UUID,
    note: str = "",
    due_on: date | None = None,
    cue: str | None = None,
    action: str | None = None,
) -> FollowUpReport:
    """Say what came of the plan. `due_on` sets the next check-in; CHANGED changes cue and action too."""
    follow_up = access_follow_up(session, actor, follow_up_id, to_write=True)
    report, made = insert_once(
        session,
        FollowUpReport,
        key=("follow_up_id", "submission_key"),
        follow_up_id=follow_up.id,
        submission_key=submission_key,
        course_id=follow_up.course_id,
        outcome=outcome,
        note=note,
        previous_plan=_as_json(follow_up.plan) if outcome is Outcome.CHANGED else None,
    )
    if made:
        follow_up.state = _STATE_AFTER[outcome]
        follow_up.due_on = due_on or follow_up.due_on
        if outcome is Outcome.CHANGED:
            follow_up.cue, follow_up.action = cue or follow_up.cue, action or follow_up.action
        events.record(session, OutcomeReported(actor, follow_up, report))
    return report


def _mine(actor: Actor, follow_up_id: UUID) -> Select[FollowUp]:
    return select(FollowUp).where(FollowUp.id == follow_up_id, readable_follow_up(actor))


def _as_json(plan: Plan) -> dict[str, Any]:
    return {"cue": plan.cue, "action": plan.action, "due_on": plan.due_on.isoformat()}
