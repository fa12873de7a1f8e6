"""Persons and memberships as a launch tells of them."""

from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import insert_once
from lti_tool.people.models import Membership, Person


def keep_person(session: Session, *, registration_id: UUID, sub: str, name: str) -> UUID:
    """Create or update (registration, sub). A platform that gives no name this time keeps the known one."""
    key = {"registration_id": registration_id, "sub": sub}
    person = session.scalars(select(Person).filter_by(**key)).one_or_none()
    if person is None:
        person, _ = insert_once(session, Person, key=("registration_id", "sub"), **key, name=name)
    if name:
        person.name = name
    session.flush()
    return person.id


def keep_membership(session: Session, *, course_id: UUID, person_id: UUID, role: Role) -> None:
    """The person's part in the course, as this launch says. Who had left is back.

    Then only a roster that names them again can say that they left once more: some come back as somebody
    whom rosters leave out, an administrator for example.
    """
    new = insert(Membership).values(
        course_id=course_id, person_id=person_id, role=role, last_launch_at=clock.now()
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=["course_id", "person_id"],
            set_={
                "role": new.excluded.role,
                "last_launch_at": new.excluded.last_launch_at,
                "rostered_at": case((Membership.left_at.is_(None), Membership.rostered_at), else_=None),
                "missing_since": None,
                "left_at": None,
            },
        )
    )
