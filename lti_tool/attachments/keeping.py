"""Storing a chosen file: first its row, then the file, then the mark that the file exists.

So a file never lies anywhere without a row that leads to it, whatever ends half-way.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.attachments.errors import Refusal, RefusedFileError
from lti_tool.attachments.kinds import Kind, kind_of
from lti_tool.attachments.models import MOST_FILES, Attachment
from lti_tool.attachments.names import file_name
from lti_tool.attachments.pictures import make_anew
from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import settings_of, unit_of_work
from lti_tool.storage.store import StorageError, storage_of

log = structlog.get_logger(__name__)

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_POST = 50 * 1024 * 1024
_MOST_WAITING = 100
"""For one person, over all forms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A file, ready to be stored."""

    content: bytes
    digest: str
    kind: Kind
    name: str
    width: int | None = None
    height: int | None = None
    changes: Sequence[str] = ()
    original: bytes = b""
    original_kind: str | None = None

    @property
    def size(self) -> int:
        return len(self.content) + len(self.original)


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep_file(
    sessions: sessionmaker[Session], actor: Actor, *, form_id: UUID, claimed_name: str, content: bytes
) -> Attachment:
    """Store a file for this person and form; the same file gives the same row. Raises RefusedFileError."""
    ready = make_ready(claimed_name, content)
    with unit_of_work(sessions) as session:
        row = _reserve(session, actor, form_id, ready)
        storage = storage_of(settings_of(session))
    if row.kept_at is None:
        try:
            storage.put(row.key, ready.content)
            if ready.original:
                storage.put(row.original_key, ready.original)
        except StorageError as error:
            log.error("file_not_kept", kind=str(error))  # noqa: TRY400  # its text is all there is to say
            raise RefusedFileError(Refusal.NOT_KEPT) from None
        with unit_of_work(sessions) as session:
            row.kept_at = clock.now()
            session.execute(update(Attachment).filter_by(id=row.id).values(kept_at=row.kept_at))
    return row


def make_ready(claimed_name: str, content: bytes) -> _Ready:
    if len(content) > LARGEST_FILE:
        raise RefusedFileError(Refusal.TOO_LARGE)
    kind, digest = kind_of(content, claimed_name), digest_of(content)
    if not kind.is_image:
        return _Ready(content=content, digest=digest, kind=kind, name=file_name(claimed_name, kind))
    picture = make_anew(content, kind)
    return _Ready(
        content=picture.content,
        digest=digest,
        kind=picture.kind,
        name=file_name(claimed_name, picture.kind),
        width=picture.width,
        height=picture.height,
        changes=picture.changes,
        original=content if picture.changes else b"",
        original_kind=kind.name if picture.changes else None,
    )


def _reserve(session: Session, actor: Actor, form_id: UUID, ready: _Ready) -> Attachment:
    """The file's row, within the limits for a form and a person. Locks uploads of the same person only."""
    lock = int.from_bytes(actor.person_id.bytes[-8:], signed=True)
    session.execute(select(func.pg_advisory_xact_lock(lock)))
    waiting = session.scalars(
        select(Attachment).where(Attachment.person_id == actor.person_id, Attachment.form_id.is_not(None))
    ).all()
    of_form = [row for row in waiting if row.form_id == form_id]
    known = next((row for row in of_form if row.digest == ready.digest), None)
    if known is not None:
        return known
    if len(of_form) >= MOST_FILES:
        raise RefusedFileError(Refusal.TOO_MANY)
    if sum(row.size for row in of_form) + ready.size > LARGEST_POST:
        raise RefusedFileError(Refusal.TOO_MUCH)
    if len(waiting) >= _MOST_WAITING:
        raise RefusedFileError(Refusal.TOO_MANY_WAITING)
    left = _room_left(session, actor)
    if len(ready.content) > left:
        raise RefusedFileError(Refusal.NO_ROOM, left=left)
    row = Attachment(
        course_id=actor.course_id,
        placement_id=actor.placement_id,
        person_id=actor.person_id,
        form_id=form_id,
        digest=ready.digest,
        kind=ready.kind.name,
        name=ready.name,
        size=ready.size,
        width=ready.width,
        height=ready.height,
        changes=list(ready.changes),
        original_kind=ready.original_kind,
    )
    session.add(row)
    session.flush()
    return row


def _room_left(session: Session, actor: Actor) -> int:
    """Bytes left of one person's space in one course. Safe in races, under the person's lock."""
    kept = select(func.coalesce(func.sum(Attachment.size), 0)).where(
        Attachment.person_id == actor.person_id,
        Attachment.course_id == actor.course_id,
        Attachment.removed_at.is_(None),
    )
    most = settings_of(session).files_megabytes * 1024 * 1024
    return max(0, most - int(session.scalar(kept) or 0))
