"""Persons and memberships as a launch tells of them."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.people.models import Membership, Person


def keep_person(session: Session, *, registration_id: UUID, sub: str, name: str) -> UUID:
    """Create or update (registration, sub). A platform that gives no name this time keeps the known one."""
    new = insert(Person).values(registration_id=registration_id, sub=sub, name=name)
    changes = {"name": new.excluded.name} if name else {"sub": new.excluded.sub}
    row_id: UUID = session.scalars(
        new.on_conflict_do_update(index_elements=["registration_id", "sub"], set_=changes).returning(
            Person.id
        )
    ).one()
    return row_id


def keep_membership(session: Session, *, course_id: UUID, person_id: UUID, role: Role) -> None:
    """The person's part in the course, as this launch says."""
    new = insert(Membership).values(
        course_id=course_id, person_id=person_id, role=role, last_launch_at=clock.now()
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=["course_id", "person_id"],
            set_={"role": new.excluded.role, "last_launch_at": new.excluded.last_launch_at},
        )
    )
