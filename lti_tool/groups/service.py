"""What staff do with groups."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock, events
from lti_tool.core.actor import Actor, Role
from lti_tool.core.errors import NotFoundError, RefusedError
from lti_tool.core.ids import new_row_id
from lti_tool.courses.models import Placement
from lti_tool.groups.events import PersonPlaced
from lti_tool.people.models import Group, GroupMembership, GroupSet, Membership

_MADE_HERE = text("platform_id is null")


class NameTakenError(RefusedError):
    """Another group of the set has this name."""


def access_groups(session: Session, actor: Actor) -> Placement:
    """The actor's own activity, to arrange its groups: for staff alone."""
    if not actor.role.is_staff:
        raise NotFoundError
    return session.scalars(select(Placement).filter_by(id=actor.placement_id)).one()


def access_group_set(session: Session, actor: Actor, set_id: UUID) -> GroupSet:
    """Groups of the actor's course, for its staff."""
    query = select(GroupSet).filter_by(id=set_id, course_id=actor.course_id, gone_at=None)
    found = session.scalars(query).one_or_none() if actor.role.is_staff else None
    if found is None:
        raise NotFoundError
    return found


def access_own_set(session: Session, actor: Actor, set_id: UUID) -> GroupSet:
    """The same of groups that were made here; nobody else changes them until this transaction ends."""
    found = access_group_set(session, actor, set_id)
    if found.platform_id is not None:
        raise NotFoundError
    session.refresh(found, with_for_update={"key_share": True})
    return found


def choose_groups(session: Session, actor: Actor, *, set_id: UUID | None) -> None:
    """Have the activity worked in these groups; None for everybody together. What is there stays."""
    placement = access_groups(session, actor)
    placement.group_set_id = access_group_set(session, actor, set_id).id if set_id else None


def make_group_set(session: Session, actor: Actor, *, name: str) -> GroupSet:
    """Begin groups of one's own, for the actor's activity. The same name again is the same set."""
    placement = access_groups(session, actor)
    made = session.scalars(
        insert(GroupSet)
        .values(course_id=actor.course_id, platform_id=None, name=name)
        .on_conflict_do_update(
            index_elements=["course_id", "name"], index_where=_MADE_HERE, set_={"gone_at": None}
        )
        .returning(GroupSet)
    ).one()
    placement.group_set_id = made.id
    return made


def make_group(session: Session, actor: Actor, *, set_id: UUID, name: str) -> None:
    """Add a group. A name stands for one: the same again is it, also where it was removed."""
    _make(session, access_own_set(session, actor, set_id), name)


def rename_group(session: Session, actor: Actor, *, set_id: UUID, group_id: UUID, name: str) -> Group:
    """Call the group something else. Raises NameTakenError where another of the set has, or had, the name."""
    group_set = access_own_set(session, actor, set_id)
    group = _access_group(session, group_set, group_id)
    others = select(Group.id).where(
        Group.group_set_id == group_set.id, Group.name == name, Group.id != group.id
    )
    if session.scalar(select(others.exists())):
        raise NameTakenError
    group.name = name
    return group


def remove_group(session: Session, actor: Actor, *, set_id: UUID, group_id: UUID) -> None:
    """Its people are in none; what they wrote in it stays, for staff."""
    group_set = access_own_set(session, actor, set_id)
    group = _access_group(session, group_set, group_id)
    members = session.scalars(select(GroupMembership.person_id).filter_by(group_id=group.id))
    _place(session, actor, group_set, dict.fromkeys(members))
    group.gone_at = clock.now()


def place_people(session: Session, actor: Actor, *, set_id: UUID, places: Mapping[UUID, UUID | None]) -> None:
    """Put each of these learners into a group of the set, or into none."""
    group_set = access_own_set(session, actor, set_id)
    wanted = set(places.values()) - {None}
    if not places.keys() <= set(_learners(session, actor)) or not wanted <= set(_groups(session, group_set)):
        raise NotFoundError
    _place(session, actor, group_set, places)


def place_by_name(session: Session, actor: Actor, *, set_id: UUID, places: Mapping[UUID, str]) -> None:
    """Put each of these learners into the group of this name; groups that are missing are added."""
    group_set = access_own_set(session, actor, set_id)
    if not places.keys() <= set(_learners(session, actor)):
        raise NotFoundError
    for name in dict.fromkeys(places.values()):
        _make(session, group_set, name)
    ids = dict(
        session.execute(select(Group.name, Group.id).filter_by(group_set_id=group_set.id, gone_at=None)).all()
    )
    _place(session, actor, group_set, {person: ids[name] for person, name in places.items()})


def spread_people(
    session: Session, actor: Actor, *, set_id: UUID, names: Sequence[str], everybody: bool
) -> None:
    """Spread those who are in no group, or everybody anew, evenly over as many groups as names.

    Groups are added where there are fewer. Who comes where is by chance, but the same again.
    """
    group_set = access_own_set(session, actor, set_id)
    known = set(session.scalars(select(Group.name).filter_by(group_set_id=group_set.id, gone_at=None)))
    for name in [name for name in names if name not in known][: max(len(names) - len(known), 0)]:
        _make(session, group_set, name)
    groups = _groups(session, group_set)
    now = {} if everybody else _places(session, group_set)
    sizes = Counter(now.values())
    places: dict[UUID, UUID | None] = {}
    for person_id in sorted(set(_learners(session, actor)) - now.keys(), key=_by_chance(group_set)):
        smallest = min(groups, key=lambda group: sizes[group])
        places[person_id] = smallest
        sizes[smallest] += 1
    _place(session, actor, group_set, places)


def set_gallery(session: Session, actor: Actor, *, opens_at: datetime | None, replies: bool) -> None:
    """Say when the groups' threads open to each other; None for never."""
    placement = access_groups(session, actor)
    placement.gallery_at, placement.gallery_replies = opens_at, replies


def _access_group(session: Session, group_set: GroupSet, group_id: UUID) -> Group:
    query = select(Group).filter_by(id=group_id, group_set_id=group_set.id, gone_at=None)
    group = session.scalars(query).one_or_none()
    if group is None:
        raise NotFoundError
    return group


def _make(session: Session, group_set: GroupSet, name: str) -> None:
    session.execute(
        insert(Group)
        .values(course_id=group_set.course_id, group_set_id=group_set.id, platform_id=None, name=name)
        .on_conflict_do_update(
            index_elements=["group_set_id", "name"], index_where=_MADE_HERE, set_={"gone_at": None}
        )
    )


def _place(session: Session, actor: Actor, group_set: GroupSet, places: Mapping[UUID, UUID | None]) -> None:
    """The set is locked: nobody else places its people. One act for each whose place changes."""
    before = _places(session, group_set)
    changed = {person: group for person, group in places.items() if before.get(person) != group}
    if not changed:
        return
    session.execute(
        delete(GroupMembership).where(
            GroupMembership.own_set_id == group_set.id, GroupMembership.person_id.in_(changed)
        )
    )
    rows = [
        {"group_id": group, "person_id": person, "own_set_id": group_set.id}
        for person, group in changed.items()
        if group
    ]
    if rows:
        session.execute(insert(GroupMembership), rows)
    at = clock.now()
    for person, group in changed.items():
        told = group or before[person]
        events.record(session, PersonPlaced(actor, new_row_id(), person, told, group is not None, at))


def _groups(session: Session, group_set: GroupSet) -> Sequence[UUID]:
    return session.scalars(
        select(Group.id).filter_by(group_set_id=group_set.id, gone_at=None).order_by(Group.name, Group.id)
    ).all()


def _places(session: Session, group_set: GroupSet) -> dict[UUID, UUID]:
    rows = select(GroupMembership.person_id, GroupMembership.group_id).filter_by(own_set_id=group_set.id)
    return dict(session.execute(rows).all())


def _learners(session: Session, actor: Actor) -> Sequence[UUID]:
    return session.scalars(
        select(Membership.person_id).filter_by(course_id=actor.course_id, role=Role.LEARNER, left_at=None)
    ).all()


def _by_chance(group_set: GroupSet) -> Callable[[UUID], bytes]:
    return lambda person_id: sha256(group_set.id.bytes + person_id.bytes).digest()
