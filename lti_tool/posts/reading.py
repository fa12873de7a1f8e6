"""What somebody has read: by number up to a mark, with a few exceptions, in one row for each conversation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Table,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.prepared import kept
from lti_tool.posts.models import Conversation, ReadState

MOST_EXCEPTIONS = 400
"""Beyond that the mark moves on, so that who reads only the end of long threads costs no more than others."""
_NONE_READ = -1


@dataclass(frozen=True, slots=True)
class Read:
    """How far a conversation is read."""

    read_to: int = _NONE_READ
    ahead: frozenset[int] = frozenset()
    unread: frozenset[int] = frozenset()
    read_at: datetime | None = None
    """When something of it was read last; None for never."""

    def has(self, number: int | None) -> bool:
        """Whether the post of this number is read."""
        if number is None:
            return True
        return number in self.ahead or (number <= self.read_to and number not in self.unread)

    def first_unread(self, last: int) -> int | None:
        """The number of the first post that is not read, of those up to `last`."""
        if self.unread:
            return min(self.unread)
        after = self.read_to + 1
        while after in self.ahead:
            after += 1
        return after if after <= last else None

    def with_read(self, numbers: Collection[int]) -> "Read":
        ahead = self.ahead | {number for number in numbers if number > self.read_to}
        return _gathered(self.read_to, ahead, self.unread - set(numbers))

    def with_unread(self, number: int) -> "Read":
        unread = self.unread | {number} if number <= self.read_to else self.unread
        return _gathered(self.read_to, self.ahead - {number}, unread)


def _gathered(read_to: int, ahead: Collection[int], unread: Collection[int]) -> Read:
    """The mark as far on as it goes, and no more exceptions than a row should hold."""
    rest = sorted(ahead)
    while rest and (rest[0] == read_to + 1 or len(rest) > MOST_EXCEPTIONS):
        read_to = rest.pop(0)
    return Read(read_to, frozenset(rest), frozenset(sorted(unread)[-MOST_EXCEPTIONS:]))


def read_by(actor: Actor) -> ColumnElement[bool]:
    """What joins a conversation (outer) to how far the actor has read it."""
    return and_(ReadState.conversation_id == Conversation.id, ReadState.person_id == actor.person_id)


def unread_count() -> ColumnElement[int]:
    """How many posts are unread, in a query with `read_by`: no post is looked at, however many there are."""
    not_read = Conversation.reply_count - ReadState.read_to - func.cardinality(ReadState.ahead)
    return func.greatest(
        func.coalesce(not_read + func.cardinality(ReadState.unread), Conversation.reply_count + 1), 0
    )


def unread_opening() -> ColumnElement[int]:
    """The same, of the opening post alone: 1 or 0."""
    is_read = and_(
        func.coalesce(ReadState.read_to, _NONE_READ) >= 0, (literal(0) == any_(ReadState.unread)).is_not(True)
    )
    return case((is_read, 0), else_=1)


def mark_read(session: Session, actor: Actor, conversation: Conversation, numbers: Collection[int]) -> None:
    """Note that the actor has read these posts. Numbers that there are not are passed over."""
    known = [number for number in numbers if 0 <= number <= conversation.reply_count]
    if known:
        _keep(session, actor, conversation.id, _locked(session, actor, conversation).with_read(known))


def mark_unread(session: Session, actor: Actor, conversation: Conversation, number: int) -> None:
    """Have this post count as unread, until it is read again."""
    _keep(session, actor, conversation.id, _locked(session, actor, conversation).with_unread(number))


def mark_own(session: Session, actor: Actor, conversation_id: UUID, number: int) -> None:
    """What one writes oneself is read at once: the newest post, in one round trip."""
    mine = {
        "person_id": actor.person_id,
        "conversation_id": conversation_id,
        "course_id": actor.course_id,
        "read_to": number if number == 0 else _NONE_READ,
        "ahead": [] if number == 0 else [number],
        "unread": [],
        "read_at": clock.now(),
    }
    session.execute(_mark_own(), {**mine, "its_number": number})


@kept()
def _mark_own() -> Any:
    number: BindParameter[int] = bindparam("its_number", type_=Integer)
    follows = ReadState.read_to == number - 1
    return insert(cast("Table", ReadState.__table__)).on_conflict_do_update(
        index_elements=["person_id", "conversation_id"],
        set_={
            "read_to": case((follows, number), else_=ReadState.read_to),
            "ahead": case((follows, ReadState.ahead), else_=func.array_append(ReadState.ahead, number)),
        },
    )


def _locked(session: Session, actor: Actor, conversation: Conversation) -> Read:
    """How far it is read, with the row held until this transaction ends; made where there was none."""
    session.execute(
        insert(ReadState)
        .values(
            person_id=actor.person_id,
            conversation_id=conversation.id,
            course_id=actor.course_id,
            read_to=_NONE_READ,
            ahead=[],
            unread=[],
            read_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )
    row = session.execute(
        select(ReadState.read_to, ReadState.ahead, ReadState.unread)
        .filter_by(person_id=actor.person_id, conversation_id=conversation.id)
        .with_for_update()
    ).one()
    return Read(row.read_to, frozenset(row.ahead), frozenset(row.unread))


def _keep(session: Session, actor: Actor, conversation_id: UUID, read: Read) -> None:
    session.execute(
        update(ReadState)
        .filter_by(person_id=actor.person_id, conversation_id=conversation_id)
        .values(
            read_to=read.read_to,
            ahead=sorted(read.ahead),
            unread=sorted(read.unread),
            read_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )
