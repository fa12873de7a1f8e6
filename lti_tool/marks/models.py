"""Marks on posts."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import OWNER, words


class Mark(StrEnum):
    """A kind of mark. Marks are never summed up, neither by post nor by person."""

    USEFUL = "useful"
    STILL_CURRENT = "still_current"
    CHECKED = "checked"
    """Needs a reason or a source."""
    USED = "used"
    """Needs a note on what happened."""

    @property
    def needs_note(self) -> bool:
        return self in {Mark.CHECKED, Mark.USED}

    @property
    def is_for_others(self) -> bool:
        """Whether people can't give this mark to their own posts."""
        return self in {Mark.USEFUL, Mark.CHECKED}


class PostMark(Row, Base):
    """One person's mark on a post; deleted when it is taken back."""

    __tablename__ = "post_mark"
    __table_args__ = (
        UniqueConstraint("person_id", "post_id", "mark"),
        CheckConstraint("mark in ('useful', 'still_current', 'checked', 'used')", name="mark"),
        CheckConstraint("mark in ('useful', 'still_current') or note <> ''", name="note"),
        Index(None, "post_id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=OWNER)
    mark: Mapped[Mark]
    note: Mapped[str] = mapped_column(default="", info=words("person_id"))
    """Plain text: the reason or source, or what happened."""
