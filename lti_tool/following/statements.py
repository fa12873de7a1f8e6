"""The statements of following."""

from sqlalchemy.orm import Session

from lti_tool.core.events import subscribe
from lti_tool.following.events import FollowChanged
from lti_tool.following.models import FollowLevel
from lti_tool.posts.statements import conversation_thing
from lti_tool.statements.recorder import Act, record_act, thing
from xapi import vocabulary


def on_follow_changed(session: Session, event: FollowChanged) -> None:
    """Muting is recorded as unfollowing; every other level as following."""
    place = thing(session, event.actor.placement_id, vocabulary.RESOURCE_LINK)
    conversation = event.conversation
    is_mute = event.level is FollowLevel.MUTE
    record_act(
        session,
        event.actor,
        Act(
            name="follow_changed",
            team=conversation.group_id if conversation else None,
            subject_id=event.change_id,
            verb=vocabulary.STOPPED_FOLLOWING if is_mute else vocabulary.FOLLOWED,
            object=conversation_thing(session, conversation) if conversation else place,
            parents=[thing(session, conversation.placement_id, vocabulary.RESOURCE_LINK)]
            if conversation
            else [],
            extensions=None if is_mute else {vocabulary.FOLLOW_LEVEL: str(event.level)},
            at=event.at,
        ),
    )


def subscribe_statements() -> None:
    subscribe(FollowChanged, on_follow_changed)
