"""What the page of a course's people shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.courses.models import Course
from lti_tool.people.models import Group, GroupMembership, Membership, Person, RosterSync
from lti_tool.people.naming import called
from lti_tool.people.roster_service import access_people

ON_A_PAGE = 50
Ts = TypeVarTuple("Ts")
_NAMED = 12
"""As many of those who are missing are named; the list has the others."""
_RUNNING = timedelta(minutes=20)
"""A job that was asked for longer ago has lost its worker, and is asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody in the course."""

    id: UUID
    name: str
    """As the course calls them (people/naming.py)."""
    is_without_name: bool
    """Whether the platform gives no name of theirs."""
    role: Role
    groups: Sequence[str]
    last_launch_at: datetime | None
    is_rostered: bool
    is_missing: bool
    """The roster has them no longer, and staff have not decided yet."""
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterState:
    """How far the roster is known. One of four, in this order: not offered, waiting, failed, fine."""

    is_offered: bool
    sync: RosterSync | None
    missing_names: Sequence[str]
    product: str
    """Which LMS it is, as its habits call it."""
    is_without_names: bool
    """Whether the platform gives no name of somebody in the course."""

    @property
    def is_running(self) -> bool:
        """Whether a job is on its way."""
        sync = self.sync
        if sync is None or sync.asked_at is None or sync.asked_at < clock.now() - _RUNNING:
            return False
        return sync.tried_at is None or sync.tried_at < sync.asked_at

    @property
    def waits_until(self) -> datetime | None:
        """Until when the platform asked us to leave it alone, while that lasts."""
        until = self.sync.wait_until if self.sync else None
        return until if until is not None and until > clock.now() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    roster: RosterState
    people: Sequence[PersonRow]
    next_id: UUID | None
    """The last one's id where more follow."""


def people_page(session: Session, actor: Actor, *, after: UUID | None) -> PeoplePage:
    """Fifty people by their names, and the state of the roster.

    Two queries; one more on a later page, and one more where people are missing.
    """
    access_people(actor)
    people = session.execute(_people(session, actor.course_id, after)).all()
    rows = [
        PersonRow(
            id=person.id,
            name=name,
            is_without_name=not person.name,
            role=Role(membership.role),
            groups=groups or (),
            last_launch_at=membership.last_launch_at,
            is_rostered=membership.rostered_at is not None,
            is_missing=membership.missing_since is not None,
            is_kept=membership.kept_at is not None,
        )
        for person, membership, name, groups in people[:ON_A_PAGE]
    ]
    more = len(people) > ON_A_PAGE
    return PeoplePage(
        roster=_roster(session, actor.course_id), people=rows, next_id=rows[-1].id if more else None
    )


def _people(
    session: Session, course_id: UUID, after: UUID | None
) -> Select[Person, Membership, str, list[str]]:
    """Those without a name come last, in the order of their numbers; who left is not there."""
    groups = (
        select(func.array_agg(aggregate_order_by(Group.name, Group.name)))
        .join(GroupMembership, GroupMembership.group_id == Group.id)
        .where(GroupMembership.person_id == Person.id, Group.course_id == course_id, Group.gone_at.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )
    wanted = (
        select(Person, Membership, called(), groups)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.course_id == course_id, Membership.left_at.is_(None))
    )
    return a_page(session, wanted, course_id, after)


def a_page(session: Session, people: Select[*Ts], course_id: UUID, after: UUID | None) -> Select[*Ts]:
    """Fifty of these people of the course by their names, and one more where others follow.

    One query where it begins after somebody.
    """
    given = func.coalesce(func.nullif(Person.name, ""), Membership.own_name, "")
    order = (given == "", func.lower(given), func.coalesce(Membership.number, 0), Person.id)
    wanted = people.order_by(*order).limit(ON_A_PAGE + 1)
    if after is None:
        return wanted
    place = session.execute(
        select(*order).join(Membership, Membership.person_id == Person.id).where(
            Membership.course_id == course_id, Person.id == after
        )
    ).one_or_none()  # fmt: skip
    return wanted if place is None else wanted.where(tuple_(*order) > tuple_(*place))


def _roster(session: Session, course_id: UUID) -> RosterState:
    nameless = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.course_id == course_id, Membership.left_at.is_(None), Person.name == "")
    )
    roster_url, product, is_without_names, sync = session.execute(
        select(Course.roster_url, Course.product, nameless.exists(), RosterSync)
        .outerjoin(RosterSync, RosterSync.course_id == Course.id)
        .where(Course.id == course_id)
    ).one()
    missing: Sequence[str] = ()
    if sync is not None and sync.gone_since is not None:
        missing = session.scalars(
            select(called())
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.course_id == course_id,
                Membership.missing_since.is_not(None),
                Membership.left_at.is_(None),
            )
            .order_by(Person.name == "", func.lower(Person.name), Membership.number)
            .limit(_NAMED)
        ).all()
    return RosterState(
        is_offered=roster_url is not None,
        sync=sync,
        missing_names=missing,
        product=product,
        is_without_names=is_without_names,
    )
