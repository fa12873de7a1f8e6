"""Queries for attached and waiting files on pages."""

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
"""Names as literals in the query; as parameters they would be sent again for each page."""


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
    """Whether the original picture is available to the reader, who must be its author."""

    @property
    def is_image(self) -> bool:
        return KINDS[self.kind].is_image

    @classmethod
    def of(cls, row: Attachment, said: Mapping[str, Any]) -> Self:
        """A waiting file, with its description so far."""
        shown = {name: getattr(row, name) for name in _SHOWN}
        return cls(**{**shown, "has_original": row.original_kind is not None, **said})


def attachments_column(actor: Actor) -> Label[Any]:
    """A column for queries of posts: the files of each post whose text the actor may read."""
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
    """The files in that column."""
    return tuple(AttachmentView(**{**one, "id": UUID(one["id"])}) for one in found or ())


def waiting_files(session: Session, actor: Actor, form_id: UUID) -> list[AttachmentView]:
    """The files that were chosen in this form, in order. One query."""
    rows = session.scalars(waiting(actor).where(Attachment.form_id == form_id).order_by(Attachment.id))
    return [AttachmentView.of(row, {}) for row in rows]
