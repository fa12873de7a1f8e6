"""The groups that somebody is in."""

from uuid import UUID

from sqlalchemy import Select, select

from lti_tool.core.actor import Actor
from lti_tool.people.models import Group, GroupMembership


def own_groups(actor: Actor) -> Select[UUID]:
    """The ids of the actor's groups, all over the course."""
    return (
        select(Group.id)
        .join(GroupMembership, GroupMembership.group_id == Group.id)
        .where(
            GroupMembership.person_id == actor.person_id,
            Group.course_id == actor.course_id,
            Group.gone_at.is_(None),
        )
    )
