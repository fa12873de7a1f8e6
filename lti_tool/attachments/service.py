"""Access to files, and removing a file before it is posted."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.attachments.attaching import waiting
from lti_tool.attachments.models import Attachment
from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.posts.service import access_post


def access_attachment(session: Session, actor: Actor, attachment_id: UUID) -> Attachment:
    """A file, for readers of its post; a waiting file only for its uploader."""
    found = session.scalars(
        select(Attachment).where(Attachment.id == attachment_id, Attachment.course_id == actor.course_id)
    ).one_or_none()
    if found is None or found.kept_at is None or found.removed_at is not None:
        raise NotFoundError
    if found.post_id is not None:
        access_post(session, actor, found.post_id)
    elif found.person_id != actor.person_id:
        raise NotFoundError
    return found


def access_original(session: Session, actor: Actor, attachment_id: UUID) -> Attachment:
    """The original of a picture, for its author only: it may reveal where it was taken."""
    found = access_attachment(session, actor, attachment_id)
    if found.person_id != actor.person_id or found.original_kind is None:
        raise NotFoundError
    return found


def remove_attachment(session: Session, actor: Actor, attachment_id: UUID) -> None:
    """Remove one's own file before it is posted; the sweep deletes it."""
    query = waiting(actor).where(Attachment.id == attachment_id).with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFoundError
    found.removed_at, found.form_id = clock.now(), None
    session.flush()
