"""Drawing roles for a round: people with the fewest roles first, by chance among equals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Activity, Placement
from lti_tool.people.models import Group, GroupMembership, Membership
from lti_tool.rotation.models import Ended, RoleHolder, RoleRound, TalkRole


def draw_due(sessions: sessionmaker[Session]) -> None:
    """Draw the missing roles of each current round, each in its own transaction."""
    now = clock.now()
    with sessions() as session:
        due = session.scalars(
            select(RoleRound.id)
            .join(Placement, Placement.id == RoleRound.placement_id)
            .where(RoleRound.begins_at <= now, RoleRound.ends_at > now)
            .where(Placement.settings.has_key("roles"), Placement.activity == Activity.DISCUSSION)
        ).all()
    for round_id in due:
        with unit_of_work(sessions) as session:
            turn = lock_round(session, round_id)
            if turn is not None:
                draw(session, turn)


def lock_round(session: Session, round_id: UUID) -> RoleRound | None:
    """The round's current state, locked: nobody else changes its roles until this transaction ends."""
    query = select(RoleRound).filter_by(id=round_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def draw(session: Session, turn: RoleRound) -> None:
    """End roles whose holders can't have them any more, and draw for empty places. The round is locked.

    Five queries at most.
    """
    eligible = eligible_in(session, turn.placement_id)
    holders = session.scalars(
        select(RoleHolder)
        .filter_by(placement_id=turn.placement_id)
        .order_by(RoleHolder.id)
        .execution_options(populate_existing=True)
    ).all()
    for holder in holders:
        is_standing = holder.number == turn.number and holder.ended is None
        if is_standing and holder.person_id not in eligible.get(holder.group_id, ()):
            holder.ended = Ended.LEFT
    session.flush()
    rows = _drawn(turn, eligible, holders)
    if rows:
        session.execute(insert(RoleHolder).on_conflict_do_nothing(), rows)


def eligible_in(session: Session, placement_id: UUID) -> Mapping[UUID | None, Sequence[UUID]]:
    """The learners present now, by group; under None if the activity has no groups. Two queries."""
    placement = session.scalars(
        select(Placement).filter_by(id=placement_id).execution_options(populate_existing=True)
    ).one()
    query = select(Membership.person_id).filter_by(
        course_id=placement.course_id, role=Role.LEARNER, left_at=None
    )
    if placement.group_set_id is None:
        return {None: session.scalars(query).all()}
    found = session.execute(
        query.add_columns(Group.id)
        .join(GroupMembership, GroupMembership.person_id == Membership.person_id)
        .join(Group, Group.id == GroupMembership.group_id)
        .where(Group.group_set_id == placement.group_set_id, Group.gone_at.is_(None))
    )
    by_group: defaultdict[UUID | None, list[UUID]] = defaultdict(list)
    for person_id, group_id in found:
        by_group[group_id].append(person_id)
    return by_group


def _drawn(
    turn: RoleRound, eligible: Mapping[UUID | None, Sequence[UUID]], holders: Sequence[RoleHolder]
) -> list[dict[str, object]]:
    """A person for each empty place: nobody who passed a role on in this round, nobody twice if avoidable."""
    had: defaultdict[UUID, list[RoleHolder]] = defaultdict(list)
    for holder in holders:
        if holder.ended is None:
            had[holder.person_id].append(holder)
    here = [holder for holder in holders if holder.number == turn.number]
    taken = {(holder.group_id, holder.role) for holder in here if holder.ended is None}
    gave_away = {holder.person_id for holder in here if holder.ended is not None}
    busy = {holder.person_id for holder in here if holder.ended is None}
    rows: list[dict[str, object]] = []
    for group_id, people in eligible.items():
        for role in TalkRole:
            candidates = [person for person in people if person not in gave_away]
            free = [person for person in candidates if person not in busy] or candidates
            if (group_id, role) in taken or not free:
                continue
            ranks = {person: _rank(turn, role, person, had[person]) for person in free}
            chosen = min(ranks, key=ranks.__getitem__)
            busy.add(chosen)
            rows.append(
                {
                    "placement_id": turn.placement_id,
                    "number": turn.number,
                    "group_id": group_id,
                    "role": role,
                    "person_id": chosen,
                }
            )
    return rows


def _rank(
    turn: RoleRound, role: TalkRole, person: UUID, had: Sequence[RoleHolder]
) -> tuple[int, int, int, bytes]:
    """Order of drawing: roles so far, this role so far, the last time, then chance, which is repeatable."""
    return (
        len(had),
        sum(holder.role is role for holder in had),
        max((holder.number for holder in had), default=0),
        sha256(turn.id.bytes + role.encode() + person.bytes).digest(),
    )
