"""Giving names in a course whose platform gives none: oneself one, or staff somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.audit.models import StaffAct
from lti_tool.audit.service import log_own_act, log_staff_act
from lti_tool.core.actor import Actor, Role
from lti_tool.core.errors import NotFoundError, RefusedError
from lti_tool.own_names.likeness import clean_name, is_readable, is_reserved, likeness
from lti_tool.people.models import CourseName, Membership, Person
from lti_tool.people.names import bare, beginnings, folded
from lti_tool.people.naming import called


class NameRefusedError(RefusedError):
    """It can't be a name here."""


class UnreadableNameError(NameRefusedError):
    """It holds something else than letters and the signs of names."""


class NameTakenError(NameRefusedError):
    """It is, or looks like, the name of somebody else in the course, or one of our own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody of whom the platform gives no name."""

    membership: Membership
    name: str
    """As the course calls them (people/naming.py)."""


def access_own_name(session: Session, actor: Actor) -> Named:
    """The actor's own, where the platform gives none."""
    return _access(session, actor, actor.person_id)


def access_name(session: Session, actor: Actor, person_id: UUID) -> Named:
    """A learner's, for staff."""
    found = _access(session, actor, person_id) if actor.role.is_staff else None
    if found is None or Role(found.membership.role).is_staff:
        raise NotFoundError
    return found


def name_oneself(session: Session, actor: Actor, *, name: str, reserved: Collection[str]) -> Membership:
    """Be called by this name in this course; an empty one goes back to the number.

    Raises NameRefusedError; NotFoundError where the platform gives a name, or staff gave or removed one.
    """
    membership = access_own_name(session, actor).membership
    if membership.is_named_by_staff:
        raise NotFoundError
    if _give(session, actor, membership, name, reserved):
        log_own_act(session, actor, StaffAct.NAME_ONESELF, detail=membership.own_name or "")
    return membership


def name_person(
    session: Session, actor: Actor, *, person_id: UUID, name: str, reason: str, reserved: Collection[str]
) -> Membership:
    """Call a learner by this name in this course, or by the number where it is empty; from then on staff's.

    Raises NameRefusedError.
    """
    membership = access_name(session, actor, person_id).membership
    _give(session, actor, membership, name, reserved)
    membership.is_named_by_staff = True
    log_staff_act(
        session, actor, StaffAct.NAME, reason=reason, person_id=person_id, detail=membership.own_name or ""
    )
    return membership


def _access(session: Session, actor: Actor, person_id: UUID) -> Named:
    """The row is locked: of two names at once the later one stands, and the log says both."""
    found = session.execute(
        select(Membership, called())
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.course_id == actor.course_id, Membership.person_id == person_id, Person.name == "")
        .with_for_update(of=Membership)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return Named(membership=found[0], name=found[1])


def _give(
    session: Session, actor: Actor, membership: Membership, typed: str, reserved: Collection[str]
) -> bool:
    """Whether it is another name than before."""
    name = clean_name(typed)
    if name == (membership.own_name or ""):
        return False
    if name:
        _check(session, actor, membership.person_id, name, reserved)
    try:
        with session.begin_nested():
            membership.own_name = name or None
            membership.own_name_likeness = likeness(name) or None
            membership.own_name_beginnings = beginnings(name)
    except IntegrityError:  # somebody took it a moment ago
        session.refresh(membership)
        raise NameTakenError from None
    return True


def _check(session: Session, actor: Actor, person_id: UUID, name: str, reserved: Collection[str]) -> None:
    """The names of staff may not even be looked like; others' platform names may not be taken."""
    if not is_readable(name) or not likeness(name):
        raise UnreadableNameError
    if is_reserved(name, reserved):
        raise NameTakenError
    staff = session.scalars(
        select(called())
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.course_id == actor.course_id,
            Membership.role.in_([role for role in Role if role.is_staff]),
            Person.id != person_id,
        )
    )
    same = select(func.count()).where(
        CourseName.course_id == actor.course_id,
        CourseName.beginning == folded(name),
        CourseName.person_id != person_id,
        select(Person.id)
        .where(Person.id == CourseName.person_id, func.lower(Person.name) == name.lower())
        .exists(),
    )
    if likeness(name) in {likeness(bare(it)) for it in staff} or session.scalar(same):
        raise NameTakenError
