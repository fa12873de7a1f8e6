"""Attached files, and those that wait for their post."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, trace, words

MOST_FILES = 10


class Attachment(Row, Base):
    """A file. Its row is there before the file is written, and goes after the file is deleted."""

    __tablename__ = "attachment"
    __table_args__ = (
        # The same file twice in one form, by a second press say, is one.
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
    """Who uploaded it."""
    form_id: Mapped[UUID | None]
    """The form that it was chosen in; none once it is attached or removed."""
    digest: Mapped[str] = mapped_column(info=trace("person_id"))
    """Of what was sent."""
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    position: Mapped[int] = mapped_column(default=0)
    """Its place among the post's files."""
    kind: Mapped[str] = mapped_column(info=trace("person_id"))
    name: Mapped[str] = mapped_column(info=words("person_id"))
    """What it is called, with its ending; never as it came."""
    alt: Mapped[str] = mapped_column(default="", info=words("person_id"))
    decorative: Mapped[bool] = mapped_column(default=False)
    """A picture that says nothing to those who can't see it."""
    size: Mapped[int]
    """Of all that is kept of it, the original too."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    changes: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default=text("'{}'"), info=trace("person_id")
    )
    """What a picture lost when it was made anew (`changes.py`)."""
    original_kind: Mapped[str | None] = mapped_column(info=trace("person_id"))
    """Of the picture as it was sent, which is kept too where it lost something; none else."""
    kept_at: Mapped[datetime | None]
    """When the file was written; before that nobody gets it."""
    removed_at: Mapped[datetime | None]
    """When it was taken out; the sweep deletes the file, then the row."""

    @property
    def key(self) -> str:
        """Where the file is kept: nothing in it tells what it is or whose."""
        return f"attachments/{self.id.hex[-2:]}/{self.id}"

    @property
    def original_key(self) -> str:
        return f"{self.key}-original"

    @property
    def keys(self) -> list[str]:
        """Of all that is kept of it."""
        return [self.key, self.original_key] if self.original_kind else [self.key]
