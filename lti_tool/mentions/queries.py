"""Whom one can mention in a course."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor, Role
from lti_tool.mentions.models import MentionKind
from lti_tool.mentions.tokens import STAFF, Known, Mentionable, named_ids, possible_names
from lti_tool.people.groups import own_groups
from lti_tool.people.models import Group, GroupMembership, Membership, Person

MOST_SUGGESTED = 8
_FOLDED_NAMES = 20_000
# Groups stand before persons: there are few.
_PERSON = literal(MentionKind.PERSON.value).label("kind")
_GROUP = literal(MentionKind.GROUP.value).label("kind")
_IS_STAFF = Membership.role.in_([role for role in Role if role.is_staff])


def suggestions(
    session: Session, actor: Actor, typed: str, *, staff_name: str, group_id: UUID | None = None
) -> Sequence[Mentionable]:
    """Those of whose name a part begins with what was typed, whatever its accents and case. One query.

    In a group's conversation (`group_id`) those who are there; of another group, nobody learns who is in it.
    The names are compared here: a database's own folding depends on how it was set up.
    """
    wanted = folded(typed)
    if not wanted:
        return []
    staff = Mentionable(STAFF, staff_name, MentionKind.STAFF)
    found = [staff] if any(folded(it).startswith(wanted) for it in (STAFF, staff_name)) else []
    people = select(Person.id, Person.name, _PERSON).join(Membership, Membership.person_id == Person.id)
    people = people.where(
        Membership.course_id == actor.course_id,
        Membership.left_at.is_(None),
        Person.name != "",
        Person.id != actor.person_id,
        _is_in_group(group_id),
    )
    groups = select(Group.id, Group.name, _GROUP).where(
        Group.course_id == actor.course_id, Group.gone_at.is_(None), _is_group(group_id)
    )
    if group_id and not actor.role.is_staff:
        people = people.where(or_(_IS_STAFF, own_groups(actor).where(Group.id == group_id).exists()))
    for row_id, name, kind in session.execute(union_all(people, groups).order_by("kind", "name")):
        if _begins(name, wanted):
            found.append(Mentionable(str(row_id), name, MentionKind(kind)))
            if len(found) == MOST_SUGGESTED:
                break
    return found


def _begins(name: str, wanted: str) -> bool:
    known = folded(name)
    return known.startswith(wanted) or f" {wanted}" in f" {known}"


@lru_cache(maxsize=_FOLDED_NAMES)
def folded(name: str) -> str:
    """Without accents and case, and with single spaces."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split())


def known_in(
    session: Session, course_id: UUID, texts: Iterable[str], *, group_id: UUID | None = None
) -> Known:
    """Whom of the course these texts name: by id, or by the whole name. One query, none without an @.

    In a group's conversation (`group_id`): of those who are there.
    """
    whole = "\n".join(texts)
    if "@" not in whole:
        return Known()
    ids, names = set(named_ids(whole)), set(possible_names(whole))
    staff = Mentionable(STAFF, STAFF, MentionKind.STAFF)
    found = [
        Mentionable(str(row_id), name, MentionKind(kind))
        for row_id, name, kind in session.execute(_named(course_id, ids - {STAFF}, names, group_id))
    ]
    # Two of one name: then the name alone says nothing.
    times = Counter(it.name for it in found)
    return Known(
        by_id={it.id: it for it in (*found, staff)},
        by_name={STAFF: staff, **{it.name: it for it in found if times[it.name] == 1}},
    )


def _named(course_id: UUID, ids: set[str], names: set[str], group_id: UUID | None) -> Select[UUID, str, str]:
    keys = [UUID(it) for it in ids]
    people = (
        select(Person.id, Person.name, _PERSON)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.course_id == course_id,
            Membership.left_at.is_(None),
            Person.name != "",
            Person.id.in_(keys) | Person.name.in_(names),
            _is_in_group(group_id),
        )
    )
    groups = select(Group.id, Group.name, _GROUP).where(
        Group.course_id == course_id,
        Group.gone_at.is_(None),
        Group.id.in_(keys) | Group.name.in_(names),
        _is_group(group_id),
    )
    both = union_all(people, groups).subquery()
    return select(both.c.id, both.c.name, both.c.kind)


def _is_in_group(group_id: UUID | None) -> ColumnElement[bool]:
    """Of memberships of the course: who reads what is written in this group."""
    if group_id is None:
        return true()
    members = select(GroupMembership.person_id).filter_by(group_id=group_id)
    return or_(_IS_STAFF, Membership.person_id.in_(members))


def _is_group(group_id: UUID | None) -> ColumnElement[bool]:
    return true() if group_id is None else Group.id == group_id
