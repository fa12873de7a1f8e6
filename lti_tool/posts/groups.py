"""Activities that are worked in groups: whose a new conversation is, and who may post to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.people.groups import own_groups
from lti_tool.people.models import Group
from lti_tool.posts.audiences import WHOLE_COURSE, Readers, may_post
from lti_tool.posts.changes import ClosedError
from lti_tool.posts.models import Audience, Conversation


class OtherGroupError(ClosedError):
    """It is another group's, open for reading alone."""


@dataclass(frozen=True, slots=True)
class GroupName:
    id: UUID
    name: str
    is_own: bool
    """Whether the actor is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsHere:
    """The groups that the actor's activity is worked in."""

    groups: Sequence[GroupName]
    gallery_at: datetime | None
    offered: Sequence[GroupName]
    """Those that the actor can begin a conversation in; in a course-wide one where there is none."""
    is_staff: bool

    @property
    def own(self) -> Sequence[GroupName]:
        return [group for group in self.groups if group.is_own]

    @property
    def is_choice(self) -> bool:
        """Whether the actor has to say whose a new one is."""
        return self.is_staff or len(self.offered) > 1

    @property
    def gallery_is_open(self) -> bool:
        return self.gallery_at is not None and self.gallery_at <= clock.now()

    @property
    def sees_all(self) -> bool:
        """Whether the actor has more than one group's conversations before them."""
        return self.is_staff or self.gallery_is_open


def groups_here(session: Session, actor: Actor) -> GroupsHere | None:
    """How the actor's activity is worked in groups. One query; none where it is not."""
    if actor.here.group_set_id is None:
        return None
    found = session.execute(
        select(Group.id, Group.name, Group.id.in_(own_groups(actor)))
        .where(Group.group_set_id == actor.here.group_set_id, Group.gone_at.is_(None))
        .order_by(Group.name, Group.id)
    )
    groups = [GroupName(*row) for row in found]
    return GroupsHere(
        groups=groups,
        gallery_at=actor.here.gallery_at,
        offered=groups if actor.role.is_staff else [group for group in groups if group.is_own],
        is_staff=actor.role.is_staff,
    )


def readers_of_new(session: Session, actor: Actor, chosen: UUID | None) -> Readers:
    """Who a new conversation of the actor's is for.

    Staff choose. A learner's is for their group, and for the whole course where they are in no group.
    """
    here = groups_here(session, actor)
    offered = [group.id for group in here.offered] if here else []
    if chosen is not None and chosen not in offered:
        raise NotFoundError
    if chosen is None and not actor.role.is_staff and offered:
        chosen = offered[0]
    return Readers(Audience.GALLERY, chosen) if chosen else WHOLE_COURSE


def check_may_post(session: Session, actor: Actor, conversation: Conversation) -> None:
    """Raises OtherGroupError. One query in a group's conversation; none elsewhere, and none for staff.

    Elsewhere everybody who may read may post.
    """
    if conversation.audience is not Audience.GALLERY or actor.role.is_staff:
        return
    may = select(may_post(actor)).select_from(Conversation).where(Conversation.id == conversation.id)
    if not session.scalar(may):
        raise OtherGroupError
