"""What pages show of drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from lti_tool.core.actor import Actor
from lti_tool.courses.models import Placement
from lti_tool.drafts.models import Draft, DraftKind, DraftPlace
from lti_tool.posts.models import Conversation, Post

MOST_DRAFTS = 100
_IN_CONVERSATION = (DraftKind.REPLY, DraftKind.ANSWER)
_ON_POST = (DraftKind.REPLY_TO, DraftKind.PLAN_FROM)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    """One text, as one form left it."""

    version: UUID
    saved_at: datetime
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """What is kept at one place."""

    place: DraftPlace
    version: UUID | None = None
    text: DraftText | None = None
    elsewhere: Sequence[DraftText] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """One line of the list of one's drafts."""

    place: DraftPlace
    text: DraftText
    title: str
    """Of the conversation, or for something new of the activity."""
    conversation_id: UUID | None
    is_here: bool
    """Whether it can be gone on with from this activity."""


def draft_view(draft: Draft) -> DraftView:
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
    """What the actor left at this place. One query."""
    found = session.scalars(
        select(Draft).filter_by(person_id=actor.person_id, kind=place.kind, target_id=place.target_id)
    ).one_or_none()
    return draft_view(found) if found else DraftView(place=place)


def draft_list(session: Session, actor: Actor) -> Sequence[DraftRow]:
    """The actor's drafts in this course, the newest first, a hundred at most. One query."""
    on_post, in_conversation = aliased(Post), aliased(Conversation)
    query = (
        select(Draft, in_conversation.id, in_conversation.title, Placement.title)
        .outerjoin(on_post, and_(on_post.id == Draft.target_id, Draft.kind.in_(_ON_POST)))
        .outerjoin(
            in_conversation,
            or_(
                in_conversation.id == on_post.conversation_id,
                and_(in_conversation.id == Draft.target_id, Draft.kind.in_(_IN_CONVERSATION)),
            ),
        )
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
            title=title or placement_title or "",
            conversation_id=conversation_id,
            is_here=conversation_id is not None or draft.target_id == actor.placement_id,
        )
        for draft, conversation_id, title, placement_title in session.execute(query)
    ]


def conversation_of(session: Session, post_id: UUID) -> UUID:
    return session.scalars(select(Post.conversation_id).filter_by(id=post_id)).one()
