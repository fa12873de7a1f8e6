"""Attaching waiting files to a post, in the transaction that writes it."""

from collections import Counter

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.attachments.kinds import KINDS
from lti_tool.attachments.models import Attachment
from lti_tool.attachments.names import file_name, nameless
from lti_tool.core.actor import Actor
from lti_tool.core.errors import ConflictError
from lti_tool.posts.events import PostWritten


def waiting(actor: Actor) -> Select[Attachment]:
    """The actor's own waiting files with these ids."""
    return select(Attachment).where(
        Attachment.person_id == actor.person_id,
        Attachment.course_id == actor.course_id,
        Attachment.placement_id == actor.placement_id,
        Attachment.post_id.is_(None),
        Attachment.removed_at.is_(None),
        Attachment.kept_at.is_not(None),
    )


def attach_files(session: Session, event: PostWritten) -> None:
    """Attach files in the order in which they were chosen. Raises ConflictError if one is gone.

    Those of an anonymous post keep nothing that may name its author, and get names that we make.
    """
    actor, post, chosen = event.actor, event.post, event.files
    if not chosen:
        return
    wanted = waiting(actor).where(Attachment.id.in_([it.id for it in chosen])).with_for_update()
    rows = {row.id: row for row in session.scalars(wanted)}
    counted: Counter[str] = Counter()
    for position, it in enumerate(chosen):
        row = rows.get(it.id)
        if row is None or (post.pseudonym and not KINDS[row.kind].is_bare):
            raise ConflictError
        kind = KINDS[row.kind]
        row.post_id, row.form_id, row.position = post.id, None, position
        if post.pseudonym:
            row.name = nameless(kind, row.name, counted)
        else:
            row.name = file_name(it.name, kind, before=row.name)
        if kind.is_image:
            row.alt, row.decorative = ("", True) if it.decorative else (it.alt, False)
    post.attachment_count = len(chosen)
    session.flush()
