"""Setting up roles, giving them, and passing them on."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.ids import new_row_id
from lti_tool.courses.models import Placement
from lti_tool.posts.models import Conversation
from lti_tool.rotation.drawing import draw, eligible_in, lock_round
from lti_tool.rotation.events import RoleGiven, RolePassedOn
from lti_tool.rotation.models import Ended, RoleHolder, RoleRound, TalkRole


def access_roles(session: Session, actor: Actor) -> Placement:
    """The actor's own activity, locked, for staff to set up its roles."""
    if not actor.role.is_staff:
        raise NotFoundError
    query = select(Placement).filter_by(id=actor.placement_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def arrange_roles(session: Session, actor: Actor, *, moments: Sequence[datetime]) -> None:
    """Set up rounds that start at these ascending times. Draws the roles of the current round.

    Who has a role in a round that stays keeps it.
    """
    placement = access_roles(session, actor)
    count = len(moments) - 1
    placement.settings = {**placement.settings, "roles": count}
    of_placement = {"placement_id": placement.id}
    session.execute(delete(RoleHolder).filter_by(**of_placement).where(RoleHolder.number > count))
    session.execute(delete(RoleRound).filter_by(**of_placement).where(RoleRound.number > count))
    for number, (begins_at, ends_at) in enumerate(pairwise(moments), start=1):
        new = insert(RoleRound).values(
            placement_id=placement.id, number=number, begins_at=begins_at, ends_at=ends_at
        )
        given = new.excluded
        session.execute(
            new.on_conflict_do_update(
                index_elements=["placement_id", "number"],
                set_={"begins_at": given.begins_at, "ends_at": given.ends_at},
            )
        )
    session.flush()
    turn = _present(session, placement.id)
    if turn is not None:
        draw(session, turn)


def end_roles(session: Session, actor: Actor) -> None:
    """Turn roles off. Their history is kept, so that a later drawing is fair."""
    placement = access_roles(session, actor)
    placement.settings = {name: value for name, value in placement.settings.items() if name != "roles"}


def give_role(
    session: Session, actor: Actor, *, role: TalkRole, group_id: UUID | None, person_id: UUID
) -> None:
    """Give a person a role of the current round. Giving it again to the same person changes nothing."""
    placement = access_roles(session, actor)
    turn = _present(session, placement.id) if "roles" in placement.settings else None
    if turn is None or person_id not in eligible_in(session, placement.id).get(group_id, ()):
        raise NotFoundError
    standing = session.scalars(
        select(RoleHolder)
        .filter_by(placement_id=placement.id, number=turn.number, group_id=group_id, role=role, ended=None)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if standing is not None and standing.person_id == person_id:
        return
    if standing is not None:
        standing.ended = Ended.SWAPPED
        session.flush()
    holder = RoleHolder(
        placement_id=placement.id, number=turn.number, group_id=group_id, role=role, person_id=person_id
    )
    session.add(holder)
    session.flush()
    events.record(session, RoleGiven(actor, holder))


def pass_role_on(session: Session, actor: Actor, *, holder_id: UUID) -> None:
    """Pass one's own role of the current round on; another person is drawn."""
    found = session.scalars(
        select(RoleHolder).filter_by(id=holder_id, person_id=actor.person_id, placement_id=actor.placement_id)
    ).one_or_none()
    turn = _present(session, actor.placement_id) if found and actor.here.has_roles else None
    if found is None or turn is None or found.number != turn.number:
        raise NotFoundError
    passed = session.scalars(
        update(RoleHolder).filter_by(id=found.id, ended=None).values(ended=Ended.PASSED).returning(RoleHolder)
    ).one_or_none()
    if passed is not None:
        events.record(session, RolePassedOn(actor, passed, new_row_id(), clock.now()))
        draw(session, turn)


def may_sum_up(session: Session, actor: Actor, conversation: Conversation) -> bool:
    """Whether the actor may write the synthesis of a thread: staff, and the group's synthesiser of the round.

    One query; none for staff.
    """
    if actor.role.is_staff:
        return True
    now = clock.now()
    held = (
        select(RoleHolder.id)
        .join(RoleRound, _of_round())
        .join(Placement, Placement.id == RoleHolder.placement_id)
        .where(
            RoleHolder.placement_id == conversation.placement_id,
            RoleHolder.group_id.is_not_distinct_from(conversation.group_id),
            RoleHolder.person_id == actor.person_id,
            RoleHolder.role == TalkRole.SYNTHESISER,
            RoleHolder.ended.is_(None),
            RoleRound.begins_at <= now,
            RoleRound.ends_at > now,
            Placement.settings.has_key("roles"),
        )
        .limit(1)
    )
    return session.scalar(held) is not None


def _of_round() -> ColumnElement[bool]:
    return (RoleRound.placement_id == RoleHolder.placement_id) & (RoleRound.number == RoleHolder.number)


def _present(session: Session, placement_id: UUID) -> RoleRound | None:
    """The current round, locked; None before the first and after the last."""
    now = clock.now()
    round_id = session.scalar(
        select(RoleRound.id)
        .where(RoleRound.placement_id == placement_id, RoleRound.begins_at <= now, RoleRound.ends_at > now)
        .order_by(RoleRound.number.desc())
        .limit(1)
    )
    return lock_round(session, round_id) if round_id else None
