"""Reports of readers, and what authors are told of decisions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, words


class ReportKind(StrEnum):
    """Why somebody asks staff to look at a post."""

    HURTFUL = "hurtful"
    PERSONAL = "personal"
    """It tells of somebody what should not stand here."""
    UNSAFE = "unsafe"
    """What it says could do harm."""
    OTHER = "other"


class Report(Row, Base):
    """A reader asks staff to look at a post. Its author never learns who did."""

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
    """What happened to somebody's contribution."""

    HIDDEN = "hidden"
    RESTORED = "restored"
    APPROVED = "approved"
    DECLINED = "declined"
    PRE_MODERATED = "pre_moderated"
    PRE_MODERATION_ENDED = "pre_moderation_ended"
    UNMASKED = "unmasked"
    """Staff looked up who wrote it."""


class AuthorNotice(Row, Base):
    """What staff decided, told to whom it is about, on their pages until they have read it."""

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
    """How long their posts wait for approval."""
    read_at: Mapped[datetime | None]


class Unmasking(Base):
    """Somebody of the staff looked up who wrote an anonymous post. The name is read by way of this row alone.

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
