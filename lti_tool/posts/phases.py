"""Writing in an activity by date: before it opens and after it closes, staff alone do."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.courses.models import Placement
from lti_tool.posts.changes import ClosedError
from lti_tool.posts.kinds import kind_of
from lti_tool.posts.models import ConversationKind


class OutsidePhaseError(ClosedError):
    """The activity is not open for writing yet, or no longer."""


def takes_posts_now(session: Session, actor: Actor, kind: ConversationKind, placement_id: UUID) -> bool:
    """Whether the actor may write there by now. One query in another activity than the actor's own."""
    if actor.role.is_staff or not kind_of(kind).follows_schedule:
        return True
    if placement_id == actor.placement_id:
        return actor.may_write(actor.here.schedule)
    return actor.may_write(session.get_one(Placement, placement_id).schedule)
