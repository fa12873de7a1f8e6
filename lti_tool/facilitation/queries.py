"""One learner's contributions to an activity, for staff and for the learner."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select, true
from sqlalchemy.orm import Session, aliased

from lti_tool.attachments.queries import AttachmentView, attachments_column, attachments_of
from lti_tool.core.actor import Actor
from lti_tool.core.errors import NotFoundError
from lti_tool.core.paging import Page, Place
from lti_tool.grades.queries import ScoreView, score_view
from lti_tool.launch.models import Launch, LaunchKind
from lti_tool.people.models import Membership, Person
from lti_tool.people.names import bare
from lti_tool.people.naming import called, called_in
from lti_tool.posts.authors import Author, author_columns, author_of
from lti_tool.posts.models import Conversation, ConversationKind, Post, PostState
from lti_tool.posts.visibility import (
    readable,
    readable_within,
    replies_are_open,
    shown_html,
    shown_title,
)

ROWS_A_PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """The learner. `person_id` is None for a person who never opened Segue."""

    person_id: UUID | None
    name: str
    is_self: bool = False
    """Whether the learner is the reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A post with its conversation."""

    id: UUID
    created_at: datetime
    state: PostState
    body_html: str
    is_opening: bool
    kind: ConversationKind
    conversation_id: UUID
    title: str
    answered: Author | None
    """The author of the post it replies to; None for a post that opens a conversation."""
    answered_html: str | None
    attachments: tuple[AttachmentView, ...]


def submitted_by(session: Session, actor: Actor) -> Learner:
    """The learner of this submission review: any for staff, oneself for learners. One query."""
    found = session.execute(
        select(Launch.details, Person.id, called_in(actor.course_id))
        .outerjoin(
            Person,
            and_(
                Person.registration_id == actor.registration_id,
                Person.sub == Launch.details["for_user"].astext,
            ),
        )
        .where(Launch.id == actor.launch_id, Launch.kind == LaunchKind.SUBMISSION_REVIEW)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    details, person_id, name = found
    is_self = person_id is not None and person_id == actor.person_id
    if "for_user" not in details or not (is_self or actor.role.is_staff):
        raise NotFoundError
    return Learner(
        person_id=person_id,
        name=details["name"] if not bare(name or "") else name,
        is_self=is_self,
    )


def member_of_course(session: Session, actor: Actor, person_id: UUID) -> Learner:
    """A member of the actor's course, for staff. One query."""
    found = session.execute(
        select(Person.id, called().label("name"))
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.id == person_id, Membership.course_id == actor.course_id)
    ).one_or_none()
    if found is None or not actor.role.is_staff:
        raise NotFoundError
    return Learner(person_id=found.id, name=found.name)


def contributions(
    session: Session, actor: Actor, person_id: UUID | None, *, after: Place | None
) -> Page[Contribution]:
    """Twenty of the person's posts in the actor's activity, oldest first. One query.

    Follow-ups are not among them: they are their owner's alone. Nor is what was written anonymously.
    """
    # Start with the person's posts, by their index: the planner would start with the activity's.
    # Whether replies are open to the reader is checked with the conversation, below.
    own = select(Post.id, Post.conversation_id).where(
        Post.author_id == person_id, Post.pseudonym.is_(None), readable_within(actor, true())
    )
    if after:
        own = own.where(Post.id > after.id)
    written = own.cte("written").prefix_with("MATERIALIZED", dialect="postgresql")
    # Then check each conversation, up to a page: checking all would cover the whole course.
    there = (
        select(Conversation.id)
        .where(
            Conversation.id == written.c.conversation_id,
            readable(actor),
            replies_are_open(actor),
            Conversation.placement_id == actor.placement_id,
        )
        .offset(0)
        .lateral()
    )
    page = select(written.c.id).join(there, true()).order_by(written.c.id).limit(ROWS_A_PAGE + 1).subquery()
    answered, answered_author = aliased(Post), aliased(Person)
    query = (
        select(
            Post,
            Conversation.kind,
            shown_title(actor),
            attachments_column(actor),
            shown_html(actor).label("shown_html"),
            shown_html(actor, answered).label("answered_html"),
            *author_columns(answered, answered_author, prefix="answered"),
        )
        .join(page, page.c.id == Post.id)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .outerjoin(answered, answered.id == Post.in_reply_to_id)
        .outerjoin(answered_author, answered_author.id == answered.author_id)
        .order_by(Post.id)
    )
    found = session.execute(query).all()
    rows = [
        Contribution(
            id=row.Post.id,
            created_at=row.Post.created_at,
            state=row.Post.state,
            body_html=row.shown_html,
            is_opening=row.Post.is_opening,
            kind=row.kind,
            conversation_id=row.Post.conversation_id,
            title=row.title,
            answered=author_of(actor, row, prefix="answered") if row.answered_id else None,
            answered_html=row.answered_html,
            attachments=attachments_of(row.attachments),
        )
        for row in found[:ROWS_A_PAGE]
    ]
    return Page(rows, Place(rows[-1].created_at, rows[-1].id) if len(found) > ROWS_A_PAGE else None)


def score_of(session: Session, actor: Actor, person_id: UUID | None) -> ScoreView | None:
    """The person's score, if the activity is graded and they are a learner. Two queries."""
    if person_id is None:
        return None
    try:
        return score_view(session, actor, person_id)
    except NotFoundError:
        return None
