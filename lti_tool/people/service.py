"""Persons and memberships as a launch tells of them."""

from typing import cast
from uuid import UUID

from sqlalchemy import Table, case
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import find_one, insert_once, take_over
from lti_tool.core.ids import new_random_id
from lti_tool.people.models import Membership, Person
from lti_tool.people.names import beginnings

_new = insert(cast("Table", Membership.__table__))
_KEEP_MEMBERSHIP = _new.on_conflict_do_update(
    index_elements=["course_id", "person_id"],
    set_={
        "role": _new.excluded.role,
        "last_launch_at": _new.excluded.last_launch_at,
        "rostered_at": case((Membership.left_at.is_(None), Membership.rostered_at), else_=None),
        "missing_since": None,
        "left_at": None,
    },
).returning(Membership.xapi_registration)


def keep_person(session: Session, *, registration_id: UUID, sub: str, name: str) -> Person:
    """Create or update (registration, sub). A platform that gives no name this time keeps the known one."""
    key = {"registration_id": registration_id, "sub": sub}
    person = find_one(session, Person, **key)
    if person is None:
        person, _ = insert_once(session, Person, key=("registration_id", "sub"), **key, name=name)
    kept = name or person.name
    take_over(person, name=kept, name_beginnings=beginnings(kept))
    session.flush()
    return person


def keep_membership(session: Session, *, course_id: UUID, person_id: UUID, role: Role) -> UUID:
    """Keep the person's role in the course, as this launch says; gives their xAPI registration there.

    Then only a roster that names them again can say that they left once more: some come back as somebody
    whom rosters leave out, an administrator for example.
    """
    values = {
        "course_id": course_id,
        "person_id": person_id,
        "role": role,
        "last_launch_at": clock.now(),
        "xapi_registration": new_random_id(),
    }
    return session.execute(_KEEP_MEMBERSHIP, values).scalar_one()
