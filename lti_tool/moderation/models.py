"""Reports of readers, and notices to authors."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, words


class ReportKind(StrEnum):
    """Reasons for a report."""

    HURTFUL = "hurtful"
    PERSONAL = "personal"
    """It reveals something private about somebody."""
    UNSAFE = "unsafe"
    """Doing what it says could cause harm."""
    OTHER = "other"


class Report(Row, Base):
    """A reader asks staff to review a post. Its author never learns who reported it."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("kind in ('hurtful', 'personal', 'unsafe', 'other')", name="kind"),
        Index(
            "uq_report_open",
            "post_id",
            "reporter_id",
            unique=True,
            postgresql_where=text("closed_at is null"),
        ),
        Index("ix_report_open", "course_id", "post_id", postgresql_where=text("closed_at is null")),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    kind: Mapped[ReportKind]
    note: Mapped[str] = mapped_column(info=words("reporter_id"))
    closed_at: Mapped[datetime | None]
    """When staff decided."""


class NoticeKind(StrEnum):
    """What happened to a person's contribution."""

    HIDDEN = "hidden"
    RESTORED = "restored"
    APPROVED = "approved"
    DECLINED = "declined"
    PRE_MODERATED = "pre_moderated"
    PRE_MODERATION_ENDED = "pre_moderation_ended"
    UNMASKED = "unmasked"
    """Staff looked up the author."""


class AuthorNotice(Row, Base):
    """A decision of staff, shown on the person's pages until they have read it."""

    __tablename__ = "author_notice"
    __table_args__ = (
        CheckConstraint(
            "kind in ('hidden', 'restored', 'approved', 'declined', 'pre_moderated', 'pre_moderation_ended',"
            " 'unmasked')",
            name="kind",
        ),
        Index("ix_author_notice_unread", "person_id", "course_id", postgresql_where=text("read_at is null")),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    kind: Mapped[NoticeKind]
    reason: Mapped[str] = mapped_column(info=words("person_id"))
    until: Mapped[datetime | None]
    """When the approval of their posts ends."""
    read_at: Mapped[datetime | None]


class Unmasking(Base):
    """A member of staff looked up the author of an anonymous post. The name is read only through this row.

    There is none without its entry in the log, and none without the notice to the author.
    """

    __tablename__ = "unmasking"
    __table_args__ = (UniqueConstraint("staff_id", "submission_key"),)

    log_id: Mapped[UUID] = mapped_column(ForeignKey("moderation_log.id"), primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("author_notice.id"), unique=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=NAMED)
    submission_key: Mapped[UUID]
