"""What an activity's id may tell to anybody."""

from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from lti_tool.courses.models import Course, Placement
from xapi import vocabulary


def type_of(session: Session, thing_id: UUID) -> str | None:
    """The activity type of a course or of an activity in it; None for all else, there or not."""
    kinds = ((Course, vocabulary.COURSE), (Placement, vocabulary.RESOURCE_LINK))
    found = union_all(*(select(literal(kind)).where(model.id == thing_id) for model, kind in kinds))
    return session.scalar(found)
