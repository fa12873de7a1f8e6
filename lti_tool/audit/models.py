"""The log of what staff did. It only grows: a trigger refuses every change of a row."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, words


class StaffAct(StrEnum):
    """What was done. No constraint holds the list: a new act must not wait for a migration."""

    HIDE = "hide"
    RESTORE = "restore"
    KEEP = "keep"
    """A reported post is left as it is."""
    APPROVE = "approve"
    DECLINE = "decline"
    PRE_MODERATE = "pre_moderate"
    END_PRE_MODERATION = "end_pre_moderation"
    UNMASK = "unmask"
    """Staff look up who wrote an anonymous post."""
    NAME = "name"
    """Staff say what somebody is called in the course."""
    NAME_ONESELF = "name_oneself"
    """Somebody says so of themselves: the one act here that need not be of staff."""


class ModerationLog(Row, Base):
    """Who did what, about what, and why."""

    __tablename__ = "moderation_log"
    __table_args__ = (
        Index(None, "course_id", text("id DESC")),
        Index(None, "person_id", text("id DESC")),
        Index(None, "post_id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    act: Mapped[StaffAct]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), info=NAMED)
    """Whom it is about; nobody where it is about an anonymous post."""
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    reason: Mapped[str] = mapped_column(info=words("staff_id"))
    detail: Mapped[str] = mapped_column(default="", info=words("staff_id"))
    """What the act needs beside its reason, such as how long, or a name; no other words of a learner."""
