"""What erasing a person means for what they took part in: counts, places in conversations, and their name."""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Text,
    cast,
    delete,
    func,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.orm import Session

from lti_tool.attachments.models import Attachment
from lti_tool.audit.models import ModerationLog
from lti_tool.core import clock
from lti_tool.core.db import take_over
from lti_tool.drafts.models import Draft
from lti_tool.help_requests.models import HelpRequest
from lti_tool.marks.models import Mark, PostMark
from lti_tool.mentions.models import Mention
from lti_tool.people.models import Membership, Person
from lti_tool.posts.models import Conversation, ConversationChange, Post, PostState, Synthesis
from lti_tool.posts.states import ERASED, withdraw_all_of
from lti_tool.privacy.called import names_of
from lti_tool.revisions.models import PostRevision

_SOMEBODY = "@…"
"""In place of a mention of who was erased."""
_Rewrite = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Name:
    """Somebody's name, to be taken out of what others wrote."""

    courses: CompoundSelect[UUID]
    """Where it may stand."""
    seen: Sequence[str]
    """What a text holds that is to be looked at."""
    rewrite: _Rewrite


def withdraw_posts(session: Session, person_id: UUID) -> int:
    """Each post's place stays, so that the replies keep their sense. What it said is emptied elsewhere."""
    withdraw_all_of(session, person_id)
    theirs = select(Post.id).where(Post.author_id == person_id)
    gone = session.execute(
        update(Post)
        .where(Post.author_id == person_id)
        .values(state_reason=ERASED, revision=1, edited_at=None, attachment_count=0)
    )
    session.execute(delete(Synthesis).where(Synthesis.post_id.in_(theirs)))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # an update has one


def take_back_marks(session: Session, person_id: UUID) -> None:
    """Of what others wrote: how often it was found useful. The marks themselves are rows of the person's."""
    found_useful = select(PostMark.post_id).filter_by(person_id=person_id, mark=Mark.USEFUL)
    posts = session.execute(
        update(Post)
        .where(Post.id.in_(found_useful))
        .values(useful_count=Post.useful_count - 1)
        .returning(Post.conversation_id, Post.state)
    ).all()
    for conversation_id, state in posts:
        if state is PostState.PUBLISHED:
            session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(useful_count=Conversation.useful_count - 1)
            )


def give_up_files(session: Session, person_id: UUID) -> int:
    """The rows lead to the files until these are deleted (`attachments/tasks.py`)."""
    gone = session.execute(
        update(Attachment)
        .where(Attachment.person_id == person_id)
        .values(
            post_id=None,
            form_id=None,
            digest="",
            removed_at=func.coalesce(Attachment.removed_at, clock.now()),
        )
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # an update has one


def empty_reasons(session: Session, person_id: UUID) -> None:
    """What the person said as staff, wherever it was told; and what the log of moderation says of them.

    An act, its day and whom it met stay in the log, which allows no other change (migration 0008).
    """
    said = "l.staff_id = :person and l.course_id = t.course_id and l.reason <> ''"
    for told, same in (
        (
            "author_notice",
            "l.reason = t.reason and t.person_id is not distinct from coalesce(l.person_id, t.person_id)",
        ),
        ("pre_moderation", "l.reason = t.reason and l.person_id = t.person_id"),
    ):
        session.execute(
            text(f"update {told} t set reason = '' from moderation_log l where {said} and {same}"),  # noqa: S608  # our own words
            {"person": person_id},
        )
    session.execute(
        text(
            "update post t set state_reason = null from moderation_log l"  # noqa: S608  # our own words
            f" where {said} and l.post_id = t.id and l.reason = t.state_reason"
        ),
        {"person": person_id},
    )
    log, theirs = ModerationLog, select(Post.id).where(Post.author_id == person_id)
    session.execute(
        update(log)
        .where(or_(log.staff_id == person_id, log.person_id == person_id, log.post_id.in_(theirs)))
        .where(or_(log.reason != "", log.detail != ""))
        .values(reason="", detail="")
    )


def take_out_name(session: Session, person: Person) -> list[UUID]:
    """Mentions in what others wrote, and the whole name where it stands there. The ids of those posts."""
    courses = union(
        *(
            select(model.course_id).where(whose == person.id)
            for model, whose in (
                (Membership, Membership.person_id),
                (Mention, Mention.person_id),
                (Post, Post.author_id),
            )
        )
    )
    names = names_of(session, person)
    name = _Name(courses, _patterns(person, names), _rewriter(person, names))
    changed = _rewrite(session, name, Post, ("body", "body_html"), Post.author_id != person.id)
    earlier = _rewrite(session, name, PostRevision, ("body", "title", "what_changed"))
    fields = [f"{asked}{kind}" for asked in ("tried", "expected", "got") for kind in ("", "_html")]
    requests = _rewrite(session, name, HelpRequest, (*fields, "what_fixed_it"))
    titled = _rewrite(session, name, Conversation, ("title", "closed_reason"))
    _rewrite(session, name, ConversationChange, ("reason",))
    _rewrite(session, name, PostMark, ("note",))
    _rewrite(session, name, Synthesis, ("draws_on",))
    _rewrite_drafts(session, name)
    conversations = {row.conversation_id for row in requests} | {row.id for row in titled}
    opening = select(Post.id).where(Post.conversation_id.in_(conversations), Post.is_opening)
    posts = {row.id for row in changed} | {row.post_id for row in earlier}
    return list(posts | set(session.scalars(opening)))


def _rewrite(
    session: Session, name: _Name, model: Any, fields: Iterable[str], *conditions: ColumnElement[bool]
) -> list[Any]:
    """The rows that held something of it."""
    columns = [getattr(model, field) for field in fields]
    rows = session.scalars(
        select(model)
        .where(model.course_id.in_(name.courses), *conditions)
        .where(or_(*(column.contains(it, autoescape=True) for column in columns for it in name.seen)))
        .with_for_update()
    ).all()
    changed = []
    for row in rows:
        was = {column.key: getattr(row, column.key) for column in columns}
        new = {key: name.rewrite(value) for key, value in was.items() if value}
        take_over(row, **new)
        if any(was[key] != value for key, value in new.items()):
            changed.append(row)
    session.flush()
    return changed


def _rewrite_drafts(session: Session, name: _Name) -> None:
    whole = cast(func.jsonb_build_array(Draft.fields, Draft.elsewhere), Text)
    rows = session.scalars(
        select(Draft)
        .where(Draft.course_id.in_(name.courses))
        .where(or_(*(whole.contains(it, autoescape=True) for it in name.seen)))
        .with_for_update()
    )
    for row in rows:
        row.fields, row.elsewhere = _in_all(row.fields, name.rewrite), _in_all(row.elsewhere, name.rewrite)
    session.flush()


def _in_all(value: Any, rewrite: _Rewrite) -> Any:
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, list):
        return [_in_all(it, rewrite) for it in value]
    if isinstance(value, dict):
        return {key: _in_all(it, rewrite) for key, it in value.items()}
    return value


def _patterns(person: Person, names: Sequence[str]) -> list[str]:
    """What a text holds that is to be looked at: the id, or a name's first word, also as in HTML."""
    first = [name.split()[0] for name in names]
    return list({str(person.id), *first, *map(html.escape, first)})


def _rewriter(person: Person, names: Sequence[str]) -> _Rewrite:
    """A whole name of two words or more is taken out wherever it stands; a single one behind an @ alone."""
    # From a bracket on it looks no further than the next one; what is left of odd ones is the second's.
    mention = rf"(?<!\\)\[@(?:[^\[\]\\]|\\.)*+\]\(mention:{person.id}\)"
    target = rf"\(mention:{person.id}\)"
    span = rf'<span class="mention" data-mention="{person.id}">[^<]*</span>'
    found = [re.compile(f"{mention}|{span}"), re.compile(target)]
    for words in map(str.split, names):
        written = {
            r"\s+".join(map(re.escape, words)),
            r"\s+".join(re.escape(html.escape(it)) for it in words),
        }
        name = rf"(?:{'|'.join(sorted(written, key=len, reverse=True))})(?!\w)"
        found.append(re.compile(rf"(?<!\w)@?{name}" if len(words) > 1 else rf"(?<!\w)@{name}"))

    def rewrite(was: str) -> str:
        for pattern in found:
            was = pattern.sub(_SOMEBODY, was)
        return was

    return rewrite
