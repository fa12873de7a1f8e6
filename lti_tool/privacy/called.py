"""By which names others may know a person."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.audit.models import ModerationLog, StaffAct
from lti_tool.people.models import Membership, Person


def names_of(session: Session, person: Person) -> list[str]:
    """What others may have called them: by the platform, and by names that they had in courses."""
    own = select(Membership.own_name).where(
        Membership.person_id == person.id, Membership.own_name.is_not(None)
    )
    log = ModerationLog
    earlier = select(log.detail).where(
        log.person_id == person.id, log.act.in_([StaffAct.NAME, StaffAct.NAME_ONESELF])
    )
    found = [person.name, *session.scalars(own), *session.scalars(earlier)]
    return [name for name in dict.fromkeys(found) if name]
