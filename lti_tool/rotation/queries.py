"""Queries for roles on pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.people.groups import own_groups
from lti_tool.people.models import Group, Membership, Person
from lti_tool.people.naming import called
from lti_tool.rotation.drawing import eligible_in
from lti_tool.rotation.models import RoleHolder, RoleRound, TalkRole
from lti_tool.rotation.service import access_roles


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderView:
    id: UUID
    role: TalkRole
    group_id: UUID | None
    group_name: str
    person_id: UUID
    name: str
    is_self: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesView:
    """The roles of an activity, as far as the reader can see its groups."""

    rounds: Sequence[tuple[int, datetime, datetime]]
    """Number, start and end of each round."""
    now: int | None
    """The current round's number."""
    next_at: datetime | None
    """When the next round starts."""
    until: datetime | None
    """When the current round ends."""
    holders: Sequence[HolderView]

    @property
    def has_faded(self) -> bool:
        """Whether the last round is over."""
        return bool(self.rounds) and self.now is None and self.next_at is None

    @property
    def own(self) -> Sequence[HolderView]:
        return [holder for holder in self.holders if holder.is_self]

    def has(self, role: str) -> bool:
        """Whether the reader has this role."""
        return any(holder.role == role for holder in self.own)

    def sums_up(self, group_id: UUID | None) -> bool:
        """Whether the reader is the synthesiser for a thread of this group."""
        return any(it.role is TalkRole.SYNTHESISER and it.group_id == group_id for it in self.own)

    def of_group(self, group_id: UUID | None) -> Sequence[HolderView]:
        return [holder for holder in self.holders if holder.group_id == group_id]


def roles_here(session: Session, actor: Actor) -> RolesView | None:
    """The roles in the actor's own activity. One query; None if roles are off."""
    if not actor.here.has_roles:
        return None
    now = clock.now()
    is_now = and_(RoleRound.begins_at <= now, RoleRound.ends_at > now)
    in_sight = (
        true()
        if actor.role.is_staff
        else or_(RoleHolder.group_id.is_(None), RoleHolder.group_id.in_(own_groups(actor)))
    )
    of_round = and_(
        RoleHolder.placement_id == RoleRound.placement_id,
        RoleHolder.number == RoleRound.number,
        RoleHolder.ended.is_(None),
        is_now,
        in_sight,
    )
    # People who left since the worker's last drawing are not shown.
    there = and_(
        Membership.person_id == RoleHolder.person_id,
        Membership.course_id == actor.course_id,
        Membership.left_at.is_(None),
    )
    rows = session.execute(
        select(
            RoleRound.number,
            RoleRound.begins_at,
            RoleRound.ends_at,
            RoleHolder.id,
            RoleHolder.role,
            RoleHolder.group_id,
            Group.name,
            Person.id,
            called().label("called"),
        )
        .select_from(RoleRound)
        .outerjoin(RoleHolder, of_round)
        .outerjoin(Membership, there)
        .outerjoin(Person, Person.id == Membership.person_id)
        .outerjoin(Group, Group.id == RoleHolder.group_id)
        .where(RoleRound.placement_id == actor.placement_id)
        .order_by(RoleRound.number, Group.name, RoleHolder.group_id, RoleHolder.role)
    ).all()
    rounds = list(dict.fromkeys((row[0], row[1], row[2]) for row in rows))
    present = next((it for it in reversed(rounds) if it[1] <= now < it[2]), None)
    return RolesView(
        rounds=rounds,
        now=present[0] if present else None,
        until=present[2] if present else None,
        next_at=min((it[1] for it in rounds if it[1] > now), default=None),
        holders=[
            HolderView(
                id=holder_id,
                role=role,
                group_id=group_id,
                group_name=group_name or "",
                person_id=person_id,
                name=name,
                is_self=person_id == actor.person_id,
            )
            for number, _, _, holder_id, role, group_id, group_name, person_id, name in rows
            if person_id is not None and present and number == present[0]
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A role in the current round, and the people who could have it."""

    role: TalkRole
    group_id: UUID | None
    group_name: str
    holder: HolderView | None
    people: Sequence[tuple[UUID, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesPage:
    is_on: bool
    roles: RolesView | None
    slots: Sequence[Slot]


def roles_page(session: Session, actor: Actor) -> RolesPage:
    """The roles page of staff. Six queries, however many people there are."""
    placement = access_roles(session, actor)
    roles = roles_here(session, actor)
    if roles is None or roles.now is None:
        return RolesPage(is_on=actor.here.has_roles, roles=roles, slots=[])
    eligible = eligible_in(session, placement.id)
    names: Mapping[UUID, str] = dict(
        session.execute(
            select(Person.id, called())
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.course_id == actor.course_id, Membership.role == Role.LEARNER)
        ).all()
    )
    groups: Mapping[UUID, str] = dict(
        session.execute(select(Group.id, Group.name).where(Group.id.in_([it for it in eligible if it]))).all()
    )
    slots = [
        Slot(
            role=role,
            group_id=group_id,
            group_name=groups[group_id] if group_id else "",
            holder=next((it for it in roles.of_group(group_id) if it.role is role), None),
            people=sorted(((it, names[it]) for it in people), key=lambda it: (it[1], it[0])),
        )
        for group_id, people in sorted(eligible.items(), key=lambda it: groups[it[0]] if it[0] else "")
        for role in TalkRole
    ]
    return RolesPage(is_on=True, roles=roles, slots=slots)
