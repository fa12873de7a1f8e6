"""People and groups that can be mentioned in a course."""

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor, Role
from lti_tool.mentions.models import MentionKind
from lti_tool.mentions.tokens import STAFF, Known, Mentionable, named_ids, possible_names
from lti_tool.people.groups import own_groups
from lti_tool.people.models import CourseName, Group, GroupMembership, Membership, Person
from lti_tool.people.names import LAST_SIGN, NUMBERED, OWN, bare, folded, number_of
from lti_tool.people.naming import called

MOST_SUGGESTED = 8
PARTICIPANT = f"Participant {NUMBERED}"
"""Stands for people without a name in stored texts; like a name, it is not translated."""
_WORD = PARTICIPANT.removesuffix(NUMBERED)
_MOST_ROWS = 3 * MOST_SUGGESTED
# Groups come before people, as they are few.
_PERSON = literal(MentionKind.PERSON.value).label("kind")
_GROUP = literal(MentionKind.GROUP.value).label("kind")
_IS_STAFF = Membership.role.in_([role for role in Role if role.is_staff])


def suggestions(
    session: Session,
    actor: Actor,
    typed: str,
    *,
    staff_name: str,
    number_name: str = PARTICIPANT,
    group_id: UUID | None = None,
) -> Sequence[Mentionable]:
    """People and groups with a word that starts with the typed text, ignoring accents and case. One query.

    In a group's conversation (`group_id`) those who are there; of another group, nobody learns who is in it.
    Who has no name is found by the number, as it is or behind the word for it (`number_name`). Of people it
    reads no more than are suggested, however many are in the course: `people.models.CourseName`.
    """
    wanted = folded(typed.replace("\x00", ""))
    if not wanted:
        return []
    staff = Mentionable(STAFF, staff_name, MentionKind.STAFF)
    found = [staff] if any(folded(it).startswith(wanted) for it in (STAFF, staff_name)) else []
    groups = select(Group.id, Group.name, _GROUP).where(
        Group.course_id == actor.course_id, Group.gone_at.is_(None), _is_group(group_id)
    )
    digits = _digits(wanted, folded(number_name.partition(NUMBERED)[0]))
    starts = [wanted] if digits is None else [wanted, NUMBERED + digits]
    people = [select(_people(actor, start, group_id).subquery()) for start in starts]
    both = union_all(*people, groups).order_by("kind", "name")
    rows = {it.id: it for it in session.execute(both) if number_of(it.name) or _begins(bare(it.name), wanted)}
    found += [
        Mentionable(str(it.id), _plain(it.name, number_name), MentionKind(it.kind)) for it in rows.values()
    ]
    return found[:MOST_SUGGESTED]


def _people(actor: Actor, wanted: str, group_id: UUID | None) -> Select[UUID, str, str]:
    """The first people in order; a person can occur for several words of their name."""
    people = (
        select(Person.id, called().label("name"), _PERSON)
        .join(CourseName, CourseName.person_id == Person.id)
        .join(
            Membership,
            and_(Membership.course_id == CourseName.course_id, Membership.person_id == CourseName.person_id),
        )
        .where(
            CourseName.course_id == actor.course_id,
            CourseName.beginning >= wanted,
            CourseName.beginning < wanted + LAST_SIGN,
            Membership.left_at.is_(None),
            Person.id != actor.person_id,
            _is_in_group(group_id),
        )
    )
    if group_id and not actor.role.is_staff:
        people = people.where(or_(_IS_STAFF, own_groups(actor).where(Group.id == group_id).exists()))
    return people.order_by(CourseName.beginning, CourseName.person_id).limit(_MOST_ROWS)


def _digits(wanted: str, word: str) -> str | None:
    """The typed number, with or without the word before it; None if it can't be one."""
    if word and word.startswith(wanted):
        return ""
    rest = wanted.removeprefix(word).strip()
    return rest if rest.isdecimal() and rest.isascii() else None


def _plain(name: str, number_name: str) -> str:
    number = number_of(name)
    return bare(name) if number is None else number_name.replace(NUMBERED, str(number))


def _begins(name: str, wanted: str) -> bool:
    known = folded(name)
    return known.startswith(wanted) or f" {wanted}" in f" {known}"


def known_in(
    session: Session, course_id: UUID, texts: Iterable[str], *, group_id: UUID | None = None
) -> Known:
    """The people of the course that these texts mention, by id or full name. One query, none without an @.

    In a group's conversation (`group_id`): of those who are there.
    """
    whole = "\n".join(texts)
    if "@" not in whole:
        return Known()
    ids, names = set(named_ids(whole)), set(possible_names(whole))
    staff = Mentionable(STAFF, STAFF, MentionKind.STAFF)
    found = [
        Mentionable(str(row_id), _plain(name, PARTICIPANT), MentionKind(kind))
        for row_id, name, kind in session.execute(_named(course_id, ids - {STAFF}, names, group_id))
    ]
    # Two people with the same name: the name alone is ambiguous.
    times = Counter(it.name for it in found)
    return Known(
        by_id={it.id: it for it in (*found, staff)},
        by_name={STAFF: staff, **{it.name: it for it in found if times[it.name] == 1}},
    )


def _named(course_id: UUID, ids: set[str], names: set[str], group_id: UUID | None) -> Select[UUID, str, str]:
    keys = [UUID(it) for it in ids]
    numbers = [NUMBERED + it for name in names if (it := name.removeprefix(_WORD)) != name and it.isdecimal()]
    has_that_name = or_(
        Person.name.in_(names) & (Person.name != ""),
        (Person.name == "") & called().in_([*names, *(OWN + name for name in names), *numbers]),
    )
    people = (
        select(Person.id, called().label("name"), _PERSON)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.course_id == course_id,
            Membership.left_at.is_(None),
            Person.id.in_(keys) | has_that_name,
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
    """Condition on memberships of the course: can read posts in this group."""
    if group_id is None:
        return true()
    members = select(GroupMembership.person_id).filter_by(group_id=group_id)
    return or_(_IS_STAFF, Membership.person_id.in_(members))


def _is_group(group_id: UUID | None) -> ColumnElement[bool]:
    return true() if group_id is None else Group.id == group_id
