"""What somebody is called in a course, as a part of queries: every page that names people asks for this.

The platform's name; else the person's own, marked as such; else their number, which a page puts into words
(`web/filters.py`). Empty for who is no member, such as an erased person.
"""

from typing import Any

from sqlalchemy import Case, Text, case, cast, func, literal, select
from sqlalchemy.orm import aliased

from lti_tool.people.models import Membership, Person
from lti_tool.people.names import NUMBERED, OWN


def called(person: Any = Person, membership: Any = Membership) -> Case[str]:
    """For a query that has the membership."""
    return case((person.name != "", person.name), else_=_without_platform(membership))


def called_in(course_id: Any, person: Any = Person) -> Case[str]:
    """For a query that has not: it is looked up for those alone of whom the platform gives no name."""
    theirs = aliased(Membership)
    found = select(_without_platform(theirs)).where(
        theirs.course_id == course_id, theirs.person_id == person.id
    )
    return case((person.name != "", person.name), else_=func.coalesce(found.scalar_subquery(), ""))


def _without_platform(membership: Any) -> Case[str]:
    return case(
        (membership.own_name.is_not(None), _mark(membership) + membership.own_name),
        else_=func.coalesce(literal(NUMBERED) + cast(membership.number, Text), ""),
    )


def _mark(membership: Any) -> Case[str]:
    return case((membership.is_named_by_staff, ""), else_=OWN)
