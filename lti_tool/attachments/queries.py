"""What pages show of attached files, and of those that wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Label, and_, case, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import Session

from lti_tool.attachments.attaching import waiting
from lti_tool.attachments.kinds import KINDS
from lti_tool.attachments.models import Attachment
from lti_tool.core.actor import Actor
from lti_tool.posts.models import Post
from lti_tool.posts.visibility import legible

_SHOWN = ("id", "kind", "name", "alt", "decorative", "size", "width", "height", "changes")
_NAMED: list[tuple[Any, Any]] = [(literal_column(f"'{name}'"), getattr(Attachment, name)) for name in _SHOWN]
"""Their names stand in the query: as parameters, each page would send them anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """A file as it is shown."""

    id: UUID
    kind: str
    name: str
    alt: str
    decorative: bool
    size: int
    width: int | None
    height: int | None
    changes: Sequence[str]
    has_original: bool
    """Whether the picture as it was sent is there for the one who asks: its author."""

    @property
    def is_image(self) -> bool:
        return KINDS[self.kind].is_image

    @classmethod
    def of(cls, row: Attachment, said: Mapping[str, Any]) -> Self:
        """One that waits, with what was typed of it so far."""
        shown = {name: getattr(row, name) for name in _SHOWN}
        return cls(**{**shown, "has_original": row.original_kind is not None, **said})


def attachments_column(actor: Actor) -> Label[Any]:
    """Beside the columns of posts: the files of each whose words the actor may read."""
    is_ones_own = and_(Attachment.original_kind.is_not(None), Attachment.person_id == actor.person_id)
    named = [*_NAMED, (literal_column("'has_original'"), is_ones_own)]
    one = func.jsonb_build_object(*chain.from_iterable(named))
    files = (
        select(func.jsonb_agg(aggregate_order_by(one, Attachment.position), type_=JSONB))
        .where(Attachment.post_id == Post.id)
        .correlate(Post)
        .scalar_subquery()
    )
    return case((and_(Post.attachment_count > 0, legible(actor)), files)).label("attachments")


def attachments_of(found: Sequence[Mapping[str, Any]] | None) -> tuple[AttachmentView, ...]:
    """What the column holds."""
    return tuple(AttachmentView(**{**one, "id": UUID(one["id"])}) for one in found or ())


def waiting_files(session: Session, actor: Actor, form_id: UUID) -> list[AttachmentView]:
    """The files that were chosen in this form, in their order. One query."""
    rows = session.scalars(waiting(actor).where(Attachment.form_id == form_id).order_by(Attachment.id))
    return [AttachmentView.of(row, {}) for row in rows]
