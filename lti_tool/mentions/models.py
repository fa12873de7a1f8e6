"""People mentioned in posts."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core.db import Base, Row
from lti_tool.core.personal import OWNER, owned


class MentionKind(StrEnum):
    PERSON = "person"
    GROUP = "group"
    STAFF = "staff"


class Mention(Row, Base):
    """A mention of a person in a post; one row, however often the post names them."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("post_id", "person_id"),
        UniqueConstraint("post_id", "group_id"),
        Index("uq_mention_staff", "post_id", unique=True, postgresql_where=text("kind = 'staff'")),
        CheckConstraint(
            "(kind = 'person') = (person_id is not null) and (kind = 'group') = (group_id is not null)"
            " and kind in ('person', 'group', 'staff')",
            name="kind",
        ),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"), info=owned("author_id"))
    kind: Mapped[MentionKind] = mapped_column()
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True, info=OWNER)
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_group.id"), index=True)
