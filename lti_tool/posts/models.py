"""Conversations and the posts in them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base, Row
from lti_tool.core.personal import NAMED, NOBODYS, OWNER, owned, trace, words
from lti_tool.core.schedule import Stage


class ConversationKind(StrEnum):
    THREAD = "thread"
    HELP_REQUEST = "help_request"


class Audience(StrEnum):
    """Who a conversation is for; posts/audiences.py says who that is."""

    COURSE = "course"
    GROUP = "group"
    """One group, and staff."""
    GALLERY = "gallery"
    """The same; the whole course may read it once the activity's gallery is open."""
    PAIR = "pair"
    """The people named in `audience_person`; not staff."""
    OWNER = "owner"
    """The author; not staff."""
    STAFF = "staff"
    """Staff, and the author."""


MOST_PINS = 3
MOST_TAGS = 5


class PostState(StrEnum):
    """What became of a post."""

    PUBLISHED = "published"
    WAITING = "waiting"
    """For approval; nobody but its author and staff sees it."""
    DECLINED = "declined"
    """It waited, and staff said no."""
    HIDDEN = "hidden"
    """By staff: its place stays, its words are its author's and staff's."""
    WITHDRAWN = "withdrawn"
    """By its author, for good: its place stays."""


_STATES = "state in ('published', 'waiting', 'declined', 'hidden', 'withdrawn')"


class Conversation(Row, Base):
    """A title, an opening post and what others posted to it: a thread, or a help request."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("author_id", "submission_key"),
        UniqueConstraint("placement_id", "kind", "pin_slot"),
        CheckConstraint("kind in ('thread', 'help_request')", name="kind"),
        CheckConstraint(f"pin_slot between 1 and {MOST_PINS}", name="pin_slot"),
        CheckConstraint(f"cardinality(tags) <= {MOST_TAGS}", name="tags"),
        CheckConstraint("(closed_at is null) = (closed_by_id is null)", name="closed"),
        CheckConstraint(_STATES, name="state"),
        CheckConstraint(
            "audience in ('course', 'group', 'gallery', 'pair', 'owner', 'staff')", name="audience"
        ),
        CheckConstraint("(audience in ('group', 'gallery')) = (group_id is not null)", name="group"),
        Index(
            "ix_conversation_course_activity",
            "course_id",
            "kind",
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_conversation_placement_activity",
            "placement_id",
            "kind",
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_conversation_group",
            "group_id",
            text("last_activity_at DESC"),
            text("id DESC"),
            postgresql_where=text("group_id is not null"),
        ),
        Index("ix_conversation_course_id_kind_id", "course_id", "kind", "id"),
        # Requests for help by how they stand (help_requests/standing.py).
        Index(
            "ix_conversation_waiting",
            "course_id",
            "id",
            postgresql_where=text("kind = 'help_request' and resolved_at is null and answer_count = 0"),
        ),
        Index(
            "ix_conversation_answered",
            "course_id",
            "id",
            postgresql_where=text("kind = 'help_request' and resolved_at is null and answer_count > 0"),
        ),
        Index(
            "ix_conversation_resolved",
            "course_id",
            "id",
            postgresql_where=text("kind = 'help_request' and resolved_at is not null"),
        ),
        Index("ix_conversation_placement_id_kind_id", "placement_id", "kind", "id"),
        Index(
            "ix_conversation_course_unanswered",
            "course_id",
            "kind",
            text("(reply_count = gone_count) DESC"),
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_conversation_placement_unanswered",
            "placement_id",
            "kind",
            text("(reply_count = gone_count) DESC"),
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_conversation_course_useful",
            "course_id",
            "kind",
            text("useful_count DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_conversation_placement_useful",
            "placement_id",
            "kind",
            text("useful_count DESC"),
            text("id DESC"),
        ),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    kind: Mapped[ConversationKind] = mapped_column()
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=NAMED)
    pseudonym: Mapped[str | None] = mapped_column(info=trace("author_id"))
    """The opening post's."""
    title: Mapped[str] = mapped_column(info=words("author_id"))
    reply_count: Mapped[int] = mapped_column(default=0)
    """How many replies were ever posted; the newest one has this number."""
    gone_count: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of them were hidden or withdrawn: their places stay, and count as replies no more."""
    answer_count: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of the replies that can be read are by somebody else than who began it, as others see it."""
    resolved_at: Mapped[datetime | None]
    """Of a request for help: since when somebody said what fixed it."""
    last_activity_at: Mapped[datetime] = mapped_column(default=clock.now)
    submission_key: Mapped[UUID]
    audience: Mapped[Audience]
    """Has no default: a forgotten audience is an error, not the whole course."""
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_group.id"))
    """The group that it belongs to. It never changes, whoever joins or leaves the group."""
    tags: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default=text("'{}'"), info=words("author_id")
    )
    pin_slot: Mapped[int | None] = mapped_column(SmallInteger)
    """Which of the list's few places at the top it has."""
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    closed_reason: Mapped[str] = mapped_column(
        default="", server_default=text("''"), info=words("closed_by_id")
    )
    state: Mapped[PostState] = mapped_column(
        default=PostState.PUBLISHED, server_default=PostState.PUBLISHED.value
    )
    """Its opening post's, which decides on the title too."""
    is_public: Mapped[bool] = mapped_column(default=True, server_default="true")
    """The opening post's."""
    useful_count: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often its published posts were found useful: for an order of threads, never of people."""


class AudiencePerson(Base):
    """A person whom a conversation of the audience "pair" is for; its author is one of them."""

    __tablename__ = "audience_person"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True, info=OWNER)


class Post(Row, Base):
    """One contribution. Its HTML is made once, when it is written."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("author_id", "submission_key"),
        UniqueConstraint("conversation_id", "number"),
        # Nobody bears another's pseudonym.
        ForeignKeyConstraint(
            ["conversation_id", "author_id", "pseudonym"],
            ["pseudonym.conversation_id", "pseudonym.person_id", "pseudonym.name"],
            name="fk_post_pseudonym",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        CheckConstraint(_STATES, name="state"),
        CheckConstraint("stage in ('questions', 'ideas', 'taking')", name="stage"),
        Index(
            "uq_post_taking",
            "conversation_id",
            unique=True,
            postgresql_where=text("stage = 'taking' and state not in ('withdrawn', 'declined')"),
        ),
        Index("ix_post_conversation_id_id", "conversation_id", "id"),
        Index("ix_post_waiting", "course_id", "id", postgresql_where=text("state = 'waiting'")),
        Index("uq_post_opening", "conversation_id", unique=True, postgresql_where=text("is_opening")),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=NAMED)
    author_role: Mapped[str] = mapped_column(info=trace("author_id"))
    """What the author was in the course when writing."""
    pseudonym: Mapped[str | None] = mapped_column(info=trace("author_id"))
    """What all others see in place of the author's name; None for a post under that."""
    is_opening: Mapped[bool]
    number: Mapped[int | None]
    """Its place in the order of commits, the opening post's is 0; what one has read is counted by it.

    None while it waits for approval; it counts as read then.
    """
    in_reply_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    side: Mapped[int | None] = mapped_column(SmallInteger)
    """Which of a debate's two sides (0 or 1) its author argued when writing it."""
    stage: Mapped[Stage | None]
    """Of a case: in which of its stages it was written; None for what follows the last one."""
    body: Mapped[str] = mapped_column(info=words("author_id"))
    body_html: Mapped[str] = mapped_column(info=words("author_id"))
    attachment_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    statement_id: Mapped[UUID]
    """The statement that tells of this post; replies refer to it."""
    submission_key: Mapped[UUID]
    state: Mapped[PostState] = mapped_column(
        default=PostState.PUBLISHED, server_default=PostState.PUBLISHED.value
    )
    state_reason: Mapped[str | None] = mapped_column(info=words("author_id"))
    """What staff said when they hid, restored or declined it: for its author and staff."""
    is_public: Mapped[bool] = mapped_column(default=True, server_default="true")
    """Whether others were ever shown it; its statement exists from then on."""
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts its texts; all but the last are kept as PostRevision."""
    edited_at: Mapped[datetime | None]
    useful_count: Mapped[int] = mapped_column(default=0, server_default="0")


class Pseudonym(Base):
    """What somebody is called who posts anonymously to a conversation; another name in each."""

    __tablename__ = "pseudonym"
    __table_args__ = (
        UniqueConstraint("conversation_id", "name"),
        # What posts refer to.
        UniqueConstraint("conversation_id", "person_id", "name"),
    )

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True, info=NAMED)
    name: Mapped[str] = mapped_column(info=trace("person_id"))


class Change(StrEnum):
    """What one does to a conversation as a whole."""

    CLOSED = "closed"
    REOPENED = "reopened"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    TAGGED = "tagged"
    RESOLVED = "resolved"


class ConversationChange(Row, Base):
    """One of them, done once: who, and with which reason. A statement tells of it."""

    __tablename__ = "conversation_change"
    __table_args__ = (
        CheckConstraint(
            "change in ('closed', 'reopened', 'pinned', 'unpinned', 'tagged', 'resolved')", name="change"
        ),
        Index("ix_conversation_change_conversation_id_id", "conversation_id", "id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    change: Mapped[Change]
    reason: Mapped[str] = mapped_column(info=words("person_id"))


class Synthesis(Row, Base):
    """The post that sums a conversation up, by its staff's choice: one at most."""

    __tablename__ = "synthesis"
    __table_args__ = (UniqueConstraint("conversation_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=NAMED)
    """Who chose it."""
    draws_on: Mapped[str] = mapped_column(info=words("person_id"))
    """What it is made of, in their words."""


class ReadState(Base):
    """How far somebody has read a conversation: up to a number, and the few exceptions from that."""

    __tablename__ = "read_state"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, info=OWNER)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    read_to: Mapped[int]
    """Every post up to this number is read, but for `unread`; -1 for none."""
    ahead: Mapped[list[int]] = mapped_column(ARRAY(Integer), info=trace("person_id"))
    """Numbers beyond `read_to` that are read too."""
    unread: Mapped[list[int]] = mapped_column(ARRAY(Integer), info=trace("person_id"))
    """Numbers up to `read_to` that were marked unread again."""
    read_at: Mapped[datetime]


class PreModeration(Row, Base):
    """Somebody's posts in a course wait for approval, for some days. Never by default."""

    __tablename__ = "pre_moderation"
    __table_args__ = (UniqueConstraint("course_id", "person_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True, info=OWNER)
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(info=words("person_id"))


class WaitingAct(Base):
    """What the statement of a waiting post will say of its author's launch, which may be over by then."""

    __tablename__ = "waiting_act"

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"), primary_key=True, info=owned("author_id"))
    launch_id: Mapped[UUID]
    platform_name: Mapped[str] = mapped_column(info=NOBODYS)
    locale: Mapped[str] = mapped_column(info=trace("post_id.author_id"))
    is_test: Mapped[bool]
