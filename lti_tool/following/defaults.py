"""The levels that nobody has chosen."""

from typing import cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.ids import new_row_id
from lti_tool.following.models import ConversationFollow, FollowLevel

ELSEWHERE = FollowLevel.REPLIES
"""Of an activity, until somebody says otherwise."""


_FOLLOW = insert(cast("Table", ConversationFollow.__table__)).on_conflict_do_nothing()


def follow_own(session: Session, actor: Actor, conversation_id: UUID, *, is_opener: bool) -> None:
    """Who begins a conversation follows everything in it; who posts in it, replies. A choice stands."""
    session.execute(
        _FOLLOW,
        {
            "person_id": actor.person_id,
            "conversation_id": conversation_id,
            "level": FollowLevel.EVERYTHING if is_opener else FollowLevel.REPLIES,
            "change_id": new_row_id(),
            "changed_at": clock.now(),
        },
    )
