"""Queries for drafts on pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, case, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.prepared import ask, asked_by, asker
from lti_tool.courses.models import Placement
from lti_tool.drafts.models import Draft, DraftKind, DraftPlace
from lti_tool.posts.models import Conversation, Post
from lti_tool.posts.visibility import readable, shown_title

MOST_DRAFTS = 100
_EXCERPT = 280
_WRITTEN = ("title", "body", "trying_to", "tried", "expected", "got", "cue", "action", "tags", "note")
"""Fields with text; the other fields hold choices and dates."""
_AT_PLACE = select(
    Draft.kind, Draft.target_id, Draft.version, Draft.saved_at, Draft.fields, Draft.elsewhere
).where(
    Draft.person_id == asker(is_staff=False).person_id,
    Draft.kind == bindparam("kind"),
    Draft.target_id == bindparam("target_id"),
)
_ON_POST = (DraftKind.REPLY_TO, DraftKind.PLAN_FROM, DraftKind.REPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    """One version of a text, as one form left it."""

    version: UUID
    saved_at: datetime
    fields: Mapping[str, str]

    @property
    def written(self) -> Mapping[str, str]:
        """The fields with text that are not empty."""
        return {name: self.fields[name] for name in _WRITTEN if self.fields.get(name, "").strip()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """The draft at one place."""

    place: DraftPlace
    version: UUID | None = None
    text: DraftText | None = None
    elsewhere: Sequence[DraftText] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """One row of the list of drafts."""

    place: DraftPlace
    text: DraftText
    title: str
    """The title of the conversation; for a new one, of the activity."""
    conversation_id: UUID | None
    is_here: bool
    """Whether it can be continued from this activity."""

    @property
    def excerpts(self) -> Sequence[str]:
        """The beginnings of its texts."""
        texts = self.text.written.values()
        return [text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rstrip()}…" for text in texts]


def draft_view(draft: Draft | Row[*tuple[Any, ...]]) -> DraftView:
    text = None
    if draft.fields is not None:
        text = DraftText(version=draft.version, saved_at=draft.saved_at, fields=draft.fields)
    return DraftView(
        place=DraftPlace(draft.kind, draft.target_id),
        version=draft.version,
        text=text,
        elsewhere=[
            DraftText(
                version=UUID(other["version"]),
                saved_at=datetime.fromisoformat(other["saved_at"]),
                fields=other["fields"],
            )
            for other in draft.elsewhere
        ],
    )


def find_draft(session: Session, actor: Actor, place: DraftPlace) -> DraftView:
    """The actor's draft at this place. One query."""
    asked = asked_by(actor, kind=place.kind, target_id=place.target_id)
    found = ask(session, _AT_PLACE, asked)
    return draft_view(found[0]) if found else DraftView(place=place)


def draft_list(session: Session, actor: Actor) -> Sequence[DraftRow]:
    """The actor's drafts in this course, newest first, up to a hundred. One query."""
    about = case((Draft.kind.in_(_ON_POST), Post.conversation_id), else_=Draft.target_id)
    query = (
        select(Draft, Conversation.id, shown_title(actor), Placement.title)
        .outerjoin(Post, Post.id == Draft.target_id)
        .outerjoin(Conversation, and_(Conversation.id == about, readable(actor)))
        .outerjoin(Placement, Placement.id == Draft.target_id)
        .where(
            Draft.person_id == actor.person_id,
            Draft.course_id == actor.course_id,
            Draft.fields.is_not(None),
        )
        .order_by(Draft.saved_at.desc(), Draft.id)
        .limit(MOST_DRAFTS)
    )
    return [
        DraftRow(
            place=DraftPlace(draft.kind, draft.target_id),
            text=DraftText(version=draft.version, saved_at=draft.saved_at, fields=draft.fields or {}),
            title=conversation_title if conversation_id else placement_title or "",
            conversation_id=conversation_id,
            is_here=conversation_id is not None or draft.target_id == actor.placement_id,
        )
        for draft, conversation_id, conversation_title, placement_title in session.execute(query)
    ]


def conversation_of(session: Session, post_id: UUID) -> UUID:
    return session.scalars(select(Post.conversation_id).filter_by(id=post_id)).one()
