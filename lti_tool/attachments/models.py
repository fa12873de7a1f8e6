"""Attached files, and files that wait for their post."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, trace, words

MOST_FILES = 10


class Attachment(Row, Base):
    """A file. Its row is written before the file, and deleted after it."""

    __tablename__ = "attachment"
    __table_args__ = (
        # The same file twice in one form, for example by a double click, is stored once.
        UniqueConstraint("person_id", "form_id", "digest"),
        Index(
            "ix_attachment_post_id_position",
            "post_id",
            "position",
            unique=True,
            postgresql_where=text("post_id is not null"),
        ),
        Index("ix_attachment_waiting", "created_at", postgresql_where=text("post_id is null")),
        CheckConstraint("post_id is null or (kept_at is not null and removed_at is null)", name="attached"),
        CheckConstraint(f"position between 0 and {MOST_FILES - 1}", name="position"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=NAMED)
    """The person who uploaded it."""
    form_id: Mapped[UUID | None]
    """The form in which it was chosen; none once it is attached or removed."""
    digest: Mapped[str] = mapped_column(info=trace("person_id"))
    """Digest of the uploaded content."""
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    position: Mapped[int] = mapped_column(default=0)
    """Its position among the post's files."""
    kind: Mapped[str] = mapped_column(info=trace("person_id"))
    name: Mapped[str] = mapped_column(info=words("person_id"))
    """The file's name with its ending, made safe; never the name as uploaded."""
    alt: Mapped[str] = mapped_column(default="", info=words("person_id"))
    decorative: Mapped[bool] = mapped_column(default=False)
    """A picture without meaning for people who can't see it."""
    size: Mapped[int]
    """Size of everything stored for it, including the original."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    changes: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default=text("'{}'"), info=trace("person_id")
    )
    """What a picture lost when it was re-encoded (`changes.py`)."""
    original_kind: Mapped[str | None] = mapped_column(info=trace("person_id"))
    """Kind of the original picture, if it is stored because the new one lost something."""
    kept_at: Mapped[datetime | None]
    """When the file was written; before that nobody can get it."""
    removed_at: Mapped[datetime | None]
    """When it was removed; the sweep deletes the file, then the row."""

    @property
    def key(self) -> str:
        """The storage key; it reveals nothing about the content or the owner."""
        return f"attachments/{self.id.hex[-2:]}/{self.id}"

    @property
    def original_key(self) -> str:
        return f"{self.key}-original"

    @property
    def keys(self) -> list[str]:
        """The storage keys of everything stored for it."""
        return [self.key, self.original_key] if self.original_kind else [self.key]
