"""The statements of what can be done with any post."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.posts.anonymity.pseudonyms import account_of
from lti_tool.posts.events import ContributionPublished
from lti_tool.posts.kinds import kind_of
from lti_tool.posts.models import Conversation, Post
from lti_tool.statements.recorder import Act, Activity, Unnamed, record_act, thing
from xapi import vocabulary


def record_published(session: Session, event: ContributionPublished) -> None:
    """Tell of a new post in the words of its kind."""
    kind_of(event.conversation.kind).record_published(session, event)


def conversation_thing(session: Session, conversation: Conversation) -> Activity:
    """The conversation as statements know it: its opening post and it are one thing."""
    return thing(session, conversation.id, kind_of(conversation.kind).opening_type)


def post_thing(session: Session, conversation: Conversation, post: Post) -> Activity:
    """The post as the statement named it that told of its making."""
    if post.is_opening:
        return conversation_thing(session, conversation)
    return thing(session, post.id, kind_of(conversation.kind).further_type)


def post_parents(session: Session, conversation: Conversation, post: Post) -> list[Activity]:
    """What the post stands in."""
    if post.is_opening:
        return [thing(session, conversation.placement_id, vocabulary.RESOURCE_LINK)]
    return [conversation_thing(session, conversation)]


def record_post_act(
    session: Session,
    actor: Actor,
    conversation: Conversation,
    post: Post,
    *,
    name: str,
    subject_id: UUID,
    verb: vocabulary.Verb,
    at: datetime,
    extensions: Mapping[str, Any] | None = None,
    unnamed: Unnamed | None = None,
) -> None:
    """Tell of what somebody did with a post that is there already; of its author as they are shown."""
    record_act(
        session,
        actor,
        Act(
            name=name,
            subject_id=subject_id,
            verb=verb,
            object=post_thing(session, conversation, post),
            parents=post_parents(session, conversation, post),
            team=conversation.group_id,
            refers_to=post.statement_id,
            extensions=extensions,
            at=at,
            unnamed=unnamed or unnamed_author(session, actor, conversation, post),
        ),
    )


def unnamed_author(
    session: Session, actor: Actor, conversation: Conversation, content: Post | Conversation
) -> Unnamed | None:
    """Whom a statement names where the author of anonymous content acts on it; None for everybody else."""
    if content.pseudonym is None or content.author_id != actor.person_id:
        return None
    return Unnamed(account_of(session, conversation.id, actor.person_id), conversation.placement_id)
