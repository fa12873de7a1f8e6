"""Default levels of following."""

from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.ids import new_row_id
from lti_tool.following.models import ConversationFollow, FollowLevel
from lti_tool.posts.events import PostWritten

ELSEWHERE = FollowLevel.REPLIES
"""The level of an activity until the person chooses another one."""


_FOLLOW = insert(cast("Table", ConversationFollow.__table__)).on_conflict_do_nothing()


def follow_own(session: Session, event: PostWritten) -> None:
    """Follow one's own conversations fully, and conversations that one replies to for replies.

    A level that somebody chose stands.
    """
    session.execute(
        _FOLLOW,
        {
            "person_id": event.actor.person_id,
            "conversation_id": event.post.conversation_id,
            "level": FollowLevel.EVERYTHING if event.post.is_opening else FollowLevel.REPLIES,
            "change_id": new_row_id(),
            "changed_at": clock.now(),
        },
    )
