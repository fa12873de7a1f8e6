"""Keeping whom published posts mention."""

from sqlalchemy.orm import Session

from lti_tool.mentions.service import note_mentions
from lti_tool.posts.events import ContributionEdited, ContributionPublished
from lti_tool.posts.kinds import html_of
from lti_tool.posts.statements import conversation_thing, unnamed_author


def note_published(session: Session, event: ContributionPublished) -> None:
    _note(session, event, html_of(session, event.conversation, event.post))


def note_edited(session: Session, event: ContributionEdited) -> None:
    _note(session, event, [event.post.body_html])


def _note(session: Session, event: ContributionPublished | ContributionEdited, html: list[str]) -> None:
    note_mentions(
        session,
        event.actor,
        post_id=event.post.id,
        statement_id=event.post.statement_id,
        conversation=conversation_thing(session, event.conversation),
        html=html,
        unnamed=unnamed_author(session, event.actor, event.conversation, event.post),
    )
