"""Case clinics: a case goes through its stages, and each reply belongs to the one it was written in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.conversation_pages.views import ConversationView
from lti_tool.core.actor import Actor
from lti_tool.core.errors import RefusedError
from lti_tool.core.schedule import Schedule, Stage
from lti_tool.courses.models import Placement
from lti_tool.courses.shapes import Shape, shape_of
from lti_tool.posts.changes import ClosedError
from lti_tool.posts.models import Conversation, Post, PostState
from lti_tool.posts.service import was_posted
from lti_tool.posts.writing import Writing
from lti_tool.threads.models import CaseStage

_GONE = (PostState.WITHDRAWN, PostState.DECLINED)


class NotOnesTurnError(ClosedError):
    """In this stage of the case others write: its giver listens to ideas, and alone says what they take."""


class StageMovedError(RefusedError):
    """The case was moved on while somebody wrote for the stage before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """How a case stands for somebody."""

    stage: Stage
    is_over: bool
    """Whether its giver has said what they take along: from then on replies are of no stage."""
    taken_id: UUID | None
    """The post that says it."""
    is_giver: bool
    may_move: bool
    """Whether the actor may move it on to the next stage."""
    is_ones_turn: bool
    """Whether the actor may post to it in this stage."""


def clinic_of(session: Session, actor: Actor, thread: ConversationView) -> Clinic | None:
    """Two queries in a case clinic; none elsewhere."""
    if thread.shape is not Shape.CLINIC:
        return None
    stage = _stage(session, thread.id, thread.schedule)
    taken = session.execute(_taken(thread.id)).one_or_none()
    taken_id = taken.id if taken and taken.state is not PostState.WAITING else None
    is_giver = thread.opening.author.is_self
    return Clinic(
        stage=stage,
        is_over=taken_id is not None,
        taken_id=taken_id,
        is_giver=is_giver,
        may_move=stage.next is not None and (is_giver or actor.role.is_staff),
        is_ones_turn=taken is not None or _is_turn(actor, stage, is_giver=is_giver),
    )


def stages_of(
    session: Session, actor: Actor, thread_ids: Collection[UUID]
) -> Mapping[UUID, tuple[Stage, bool]]:
    """Of cases of the actor's own activity: where each stands, and whether it is over.

    Two queries in a case clinic; none elsewhere.
    """
    if actor.here.shape != Shape.CLINIC or not thread_ids:
        return {}
    by_date = actor.here.schedule.stage
    moved = session.execute(
        select(CaseStage.conversation_id, CaseStage.stage).where(CaseStage.conversation_id.in_(thread_ids))
    )
    stages = dict.fromkeys(thread_ids, by_date)
    for thread_id, stage in moved:
        stages[thread_id] = max(stages[thread_id], stage, key=_place)
    over = set(
        session.scalars(
            select(Post.conversation_id).where(
                Post.conversation_id.in_(thread_ids),
                Post.stage == Stage.TAKING,
                Post.state.not_in([*_GONE, PostState.WAITING]),
            )
        )
    )
    return {thread_id: (stage, thread_id in over) for thread_id, stage in stages.items()}


def stage_of_post(
    session: Session, actor: Actor, thread: Conversation, written_for: Stage | None, writing: Writing
) -> Stage | None:
    """In which stage a post of the actor is written now; None after the last, and elsewhere than in a clinic.

    Whoever moves the case on, or posts to it, waits for the end of this transaction. Raises
    NotOnesTurnError, and StageMovedError for what was written for another stage; never for what arrived
    before. No query elsewhere, in the actor's own activity; four in a clinic.
    """
    placement = _placement_of_clinic(session, actor, thread)
    if placement is None:
        return None
    lock_case(session, thread)
    if session.execute(_taken(thread.id)).one_or_none() is not None:
        return None
    stage = _stage(session, thread.id, placement.schedule)
    is_giver = thread.author_id == actor.person_id
    is_end = stage is Stage.TAKING
    # To end it under the other face would say whose the case is.
    is_other_face = is_end and is_giver and writing.anonymous is not (thread.pseudonym is not None)
    error: RefusedError | None = None
    if is_other_face or not _is_turn(actor, stage, is_giver=is_giver):
        error = NotOnesTurnError()
    elif written_for not in {None, stage}:
        error = StageMovedError()
    # What arrived before has its stage, and is not written again.
    if error is not None and not was_posted(session, actor, writing.submission_key):
        raise error
    return None if error is not None or (is_end and not is_giver) else stage


def lock_case(session: Session, thread: Conversation) -> None:
    """One at a time in a case; a key is still to be had by those who refer to it."""
    session.execute(select(Conversation.id).filter_by(id=thread.id).with_for_update(key_share=True))


def stage_now(session: Session, actor: Actor, thread: Conversation) -> Stage | None:
    """Where the case stands; None for what is no case."""
    placement = _placement_of_clinic(session, actor, thread)
    return _stage(session, thread.id, placement.schedule) if placement else None


def _is_turn(actor: Actor, stage: Stage, *, is_giver: bool) -> bool:
    """Before it is over: the giver listens to ideas, peers to what is taken along; staff write always."""
    if is_giver:
        return stage is not Stage.IDEAS
    return stage is not Stage.TAKING or actor.role.is_staff


def _stage(session: Session, thread_id: UUID, schedule: Schedule) -> Stage:
    """The furthest that it was moved on to, or that has come by date."""
    moved: Sequence[Stage] = session.scalars(
        select(CaseStage.stage).where(CaseStage.conversation_id == thread_id)
    ).all()
    return max([schedule.stage, *moved], key=_place)


def _place(stage: Stage) -> int:
    return stage.place


def _taken(thread_id: UUID) -> Select[UUID, PostState]:
    return select(Post.id, Post.state).where(
        Post.conversation_id == thread_id, Post.stage == Stage.TAKING, Post.state.not_in(_GONE)
    )


def _placement_of_clinic(session: Session, actor: Actor, thread: Conversation) -> Placement | None:
    """None, and no query in the actor's own activity, where it is no case clinic."""
    if thread.placement_id == actor.placement_id and actor.here.shape != Shape.CLINIC:
        return None
    placement = session.get_one(Placement, thread.placement_id)
    return placement if shape_of(placement.settings) is Shape.CLINIC else None
