"""What the pages of groups show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor, Role
from lti_tool.courses.models import Course
from lti_tool.groups.service import access_group_set, access_groups
from lti_tool.people.models import Group, GroupMembership, GroupSet, Membership, Person
from lti_tool.people.naming import called
from lti_tool.people.queries import ON_A_PAGE, a_page
from lti_tool.platforms.scopes import GROUP_READ

_USUAL_SIZE = 5
FEWEST, MOST = 2, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSetRow:
    id: UUID
    name: str
    is_own: bool
    """Whether it was made here."""
    group_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsPage:
    sets: Sequence[GroupSetRow]
    chosen_id: UUID | None
    gallery_at: datetime | None
    gallery_replies: bool
    product: str
    """Which LMS it is, as its habits call it."""
    offers_groups: bool
    """Whether the last launch named a service for the course's groups."""
    may_read_groups: bool
    """Whether it also lets us read them."""

    @property
    def chosen(self) -> GroupSetRow | None:
        return next((row for row in self.sets if row.id == self.chosen_id), None)

    @property
    def gallery_is_open(self) -> bool:
        return self.gallery_at is not None and self.gallery_at <= clock.now()


@dataclass(frozen=True, slots=True)
class GroupRow:
    id: UUID
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class LearnerRow:
    id: UUID
    name: str
    groups: Sequence[UUID]
    """Of this set; more than one only where the platform says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSetPage:
    id: UUID
    name: str
    is_own: bool
    groups: Sequence[GroupRow]
    learners: Sequence[LearnerRow]
    next_id: UUID | None
    """The last one's id where more follow."""
    learner_count: int
    without_group: int

    @property
    def suggested_count(self) -> int:
        """How many groups there might be."""
        return min(max(len(self.groups), -(-self.learner_count // _USUAL_SIZE), FEWEST), MOST)


def groups_page(session: Session, actor: Actor) -> GroupsPage:
    """How the actor's activity is worked, and in which groups it could be. Three queries."""
    placement = access_groups(session, actor)
    course = session.get_one(Course, actor.course_id)
    count = func.count(Group.id)
    found = session.execute(
        select(GroupSet, count)
        .outerjoin(Group, and_(Group.group_set_id == GroupSet.id, Group.gone_at.is_(None)))
        .where(GroupSet.course_id == actor.course_id, GroupSet.gone_at.is_(None))
        .group_by(GroupSet.id)
        .order_by(GroupSet.platform_id.is_(None), GroupSet.name, GroupSet.id)
    )
    return GroupsPage(
        sets=[
            GroupSetRow(id=row.id, name=row.name, is_own=row.platform_id is None, group_count=groups)
            for row, groups in found
        ],
        chosen_id=placement.group_set_id,
        gallery_at=placement.gallery_at,
        gallery_replies=placement.gallery_replies,
        product=course.product,
        offers_groups=course.groups_url is not None,
        may_read_groups=GROUP_READ in course.service_scopes,
    )


def group_set_page(session: Session, actor: Actor, set_id: UUID, *, after: UUID | None) -> GroupSetPage:
    """The groups of a set, and fifty learners with theirs. Four queries, one more on a later page."""
    group_set = access_group_set(session, actor, set_id)
    groups = [GroupRow(*row) for row in session.execute(_groups(set_id))]
    learners, next_id = _learners(session, actor, set_id, after)
    total, placed = session.execute(_counts(actor, set_id)).one()
    return GroupSetPage(
        id=group_set.id,
        name=group_set.name,
        is_own=group_set.platform_id is None,
        groups=groups,
        learners=learners,
        next_id=next_id,
        learner_count=total,
        without_group=total - placed,
    )


def _is_learner(actor: Actor) -> list[ColumnElement[bool]]:
    return [
        Membership.course_id == actor.course_id,
        Membership.role == Role.LEARNER,
        Membership.left_at.is_(None),
    ]


def _groups(set_id: UUID) -> Select[UUID, str, int]:
    size = (
        select(func.count())
        .select_from(GroupMembership)
        .join(Membership, Membership.person_id == GroupMembership.person_id)
        .where(
            GroupMembership.group_id == Group.id,
            Membership.course_id == Group.course_id,
            Membership.left_at.is_(None),
        )
        .correlate(Group)
        .scalar_subquery()
    )
    return (
        select(Group.id, Group.name, size)
        .where(Group.group_set_id == set_id, Group.gone_at.is_(None))
        .order_by(Group.name, Group.id)
    )


def _in_set(set_id: UUID) -> Select[UUID]:
    """The groups of the person whom the query around it looks at."""
    return (
        select(Group.id)
        .join(GroupMembership, GroupMembership.group_id == Group.id)
        .where(
            Group.group_set_id == set_id,
            Group.gone_at.is_(None),
            GroupMembership.person_id == Membership.person_id,
        )
        .correlate(Membership)
    )


def _learners(
    session: Session, actor: Actor, set_id: UUID, after: UUID | None
) -> tuple[Sequence[LearnerRow], UUID | None]:
    groups = select(func.array(_in_set(set_id).scalar_subquery()))
    query = (
        select(Person.id, called(), groups.scalar_subquery())
        .join(Membership, Membership.person_id == Person.id)
        .where(*_is_learner(actor))
    )
    found = session.execute(a_page(session, query, actor.course_id, after)).all()
    rows = [LearnerRow(*row) for row in found[:ON_A_PAGE]]
    return rows, rows[-1].id if len(found) > ON_A_PAGE else None


def _counts(actor: Actor, set_id: UUID) -> Select[int, int]:
    placed = func.count().filter(_in_set(set_id).exists())
    return select(func.count(), placed).select_from(Membership).where(*_is_learner(actor))
